import { Disc3, HardDrive } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { Fault } from '../../../../backend/contract/fault.ts';
import type { MachineView } from '../../../../backend/contract/machine.ts';
import { type Bridge, useBridge } from '../../../bridge/bridge.ts';
import { bytes, words as withUnit } from '../../../i18n/format.ts';
import { useMachines } from '../../../stores/machines.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { Progress } from '../../../ui/progress.tsx';
import { showToast } from '../../../ui/toast.tsx';
import { words } from '../words.ts';
import {
  type DroppedFile,
  dequeue,
  dequeueAll,
  dropQueue,
  type Inspected,
  retryFirst,
} from './drop-queue.ts';
import { fittingUses, type Use } from './fitting-uses.ts';
import './drop.css';

const text = words.drop;

/** Asks what to do with the files given to machines, one after the other. Once on the page. */
export function DropOffers(): ReactNode {
  const bridge = useBridge();
  const { files, total } = dropQueue();
  const machines = useMachines();
  const first = files[0];
  const machine = machines.find(({ id }) => id === first?.machine);
  if (first === undefined || machine === undefined) return null;
  const hasMore = files.length > 1;
  return (
    <Dialog
      isOpen
      key={first.id}
      width={460}
      title={text.title(first.name, machine.name)}
      onClose={dequeueAll}
      footer={
        <>
          {total > 1 ? (
            <span className="note drop-count">{text.ofMany(total - files.length + 1, total)}</span>
          ) : null}
          {hasMore ? <Button onPress={() => dequeue(bridge, first.id)}>{text.skip}</Button> : null}
          <Button onPress={dequeueAll}>{text.cancel}</Button>
        </>
      }
    >
      <Offer bridge={bridge} dropped={first} machine={machine} machines={machines} />
    </Dialog>
  );
}

interface OfferProps {
  readonly bridge: Bridge;
  readonly dropped: DroppedFile;
  readonly machine: MachineView;
  readonly machines: readonly MachineView[];
}

function Offer({ bridge, dropped, machine, machines }: OfferProps): ReactNode {
  const { phase } = dropped;
  switch (phase.name) {
    case 'waiting':
    case 'looking':
      return <Progress label={text.looking} value={null} />;
    case 'copying':
      return <Progress label={text.copying} value={phase.share} />;
    case 'failed':
      return <ErrorNote fault={phase.fault} onRetry={() => retryFirst(bridge, dropped.id)} />;
    case 'offer':
      return (
        <Uses bridge={bridge} dropped={dropped} file={phase.file} machine={machine} machines={machines} />
      );
    default:
      return phase satisfies never;
  }
}

async function carryOut(
  bridge: Bridge,
  machine: MachineView,
  name: string,
  file: Inspected,
  use: Use,
): Promise<string> {
  if (use.request.kind === 'cd') {
    await bridge.request('cdrom.insert', { machine: machine.id, path: file.path });
    return text.inserted(name, machine.name);
  }
  const { bus, readOnly } = use.request;
  const disk = await bridge.request('disk.attach', { machine: machine.id, path: file.path, bus, readOnly });
  return text.attached(name, machine.name, disk.id);
}

function Uses({
  bridge,
  dropped,
  file,
  machine,
  machines,
}: OfferProps & { readonly file: Inspected }): ReactNode {
  const [chosen, setChosen] = useState<Use | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const size = withUnit(bytes(file.sizeBytes));
  const others = machines
    .filter(({ id, name }) => id !== machine.id && file.usedBy.includes(name))
    .map(({ name }) => name);
  const isHere = file.usedBy.includes(machine.name);

  const choose = async (use: Use) => {
    if (chosen !== null) return;
    setChosen(use);
    setFault(null);
    try {
      const done = await carryOut(bridge, machine, dropped.name, file, use);
      dequeue(bridge, dropped.id);
      showToast({ text: done });
    } catch (thrown) {
      setFault(Fault.from(thrown));
      setChosen(null);
    }
  };

  return (
    <>
      <p>
        {file.kind === 'cd' ? text.isCd(size) : text.isDisk(file.format, size)}
        {isHere ? ` ${text.usedByThis}` : ''}
      </p>
      {others.length > 0 && file.kind === 'disk' ? (
        <p className="drop-warning">{text.usedBy(others.join(', '))}</p>
      ) : null}
      <div className="drop-uses">
        {fittingUses(file, machine).map((use, index) => (
          <AriaButton
            key={use.id}
            className="drop-use"
            autoFocus={index === 0}
            isDisabled={chosen !== null && chosen.id !== use.id}
            {...(chosen?.id === use.id ? { 'aria-disabled': true, 'data-busy': true } : {})}
            onPress={() => void choose(use)}
          >
            {use.request.kind === 'cd' ? <Disc3 className="icon" /> : <HardDrive className="icon" />}
            <span className="drop-use-words">
              <span className="drop-use-label">
                {chosen?.id === use.id
                  ? use.request.kind === 'cd'
                    ? text.inserting
                    : text.working
                  : use.label}
              </span>
              <span className="note">{use.note}</span>
            </span>
            <code className="device-mono">{use.term}</code>
          </AriaButton>
        ))}
      </div>
      {fault === null ? null : <ErrorNote fault={fault} />}
    </>
  );
}
