import { type ReactNode, useState } from 'react';
import { Fault } from '../../../backend/contract/fault.ts';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { text } from '../../i18n/en.ts';
import { bytes, words } from '../../i18n/format.ts';
import { closeEdit, dialogsStore } from '../../stores/dialogs.ts';
import { useHost } from '../../stores/host.ts';
import { useMachine } from '../../stores/machines.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { NumberInput, TextField } from '../../ui/field.tsx';
import { MemoryField } from '../../ui/memory-field.tsx';

const MIB = 1024 * 1024;

function EditForm({ machine }: { machine: MachineView }): ReactNode {
  const bridge = useBridge();
  const { report } = useHost();
  const [name, setName] = useState(machine.name);
  const [memoryMiB, setMemory] = useState(machine.pending?.memoryMiB ?? machine.memoryMiB);
  const [cpus, setCpus] = useState(machine.pending?.cpus ?? machine.cpus);
  const [fault, setFault] = useState<Fault | null>(null);
  const [isSaving, setSaving] = useState(false);
  const at = (field: string): string | null => (fault?.path?.[0] === field ? fault.message : null);
  const isPlaced = fault !== null && ['name', 'memoryMiB', 'cpus'].includes(String(fault.path?.[0]));

  const save = async (): Promise<void> => {
    setSaving(true);
    try {
      await bridge.request('machine.edit', { machine: machine.id, name, memoryMiB, cpus });
      closeEdit();
    } catch (thrown) {
      setFault(Fault.from(thrown));
      setSaving(false);
    }
  };

  return (
    <Dialog
      isOpen
      onClose={closeEdit}
      title={text.edit.title(machine.name)}
      width={460}
      footer={
        <>
          <Button onPress={closeEdit}>{text.common.cancel}</Button>
          <Button kind="primary" busy={isSaving ? text.edit.saving : null} onPress={() => void save()}>
            {text.edit.save}
          </Button>
        </>
      }
    >
      <TextField
        label={text.create.name}
        value={name}
        onChange={setName}
        error={at('name') ?? (fault?.code === 'name-taken' ? fault.message : null)}
        autoFocus
        onSubmit={() => void save()}
      />
      <MemoryField
        label={text.create.memory}
        value={memoryMiB}
        onChange={setMemory}
        maxMiB={report === null ? memoryMiB : report.memoryTotalBytes / MIB}
        note={report === null ? undefined : text.create.memoryOf(words(bytes(report.memoryTotalBytes)))}
        error={at('memoryMiB')}
      />
      <NumberInput
        label={text.create.cpus}
        value={cpus}
        onChange={setCpus}
        minValue={1}
        maxValue={255}
        error={at('cpus')}
      />
      <p className="note">{text.edit.atNextStart}</p>
      {fault === null || isPlaced || fault.code === 'name-taken' ? null : <ErrorNote fault={fault} />}
    </Dialog>
  );
}

/** Opened by `openEdit`. */
export function EditDialog(): ReactNode {
  const id = dialogsStore(({ edit }) => edit) ?? '';
  const machine = useMachine(id);
  return machine === undefined ? null : <EditForm key={machine.id} machine={machine} />;
}
