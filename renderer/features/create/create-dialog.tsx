import { type ReactNode, useState } from 'react';
import { text } from '../../i18n/en.ts';
import { bytes, words } from '../../i18n/format.ts';
import { closeCreate, dialogsStore } from '../../stores/dialogs.ts';
import { useHost } from '../../stores/host.ts';
import { navigate } from '../../stores/route.ts';
import { Button } from '../../ui/button.tsx';
import { Choices } from '../../ui/choices.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { NumberInput, TextField } from '../../ui/field.tsx';
import { MemoryField } from '../../ui/memory-field.tsx';
import { Progress } from '../../ui/progress.tsx';
import { freeName, takenNames, useCreation } from './creation.ts';
import { DiskSection } from './disk-section.tsx';
import {
  asksForDisk,
  checkDraft,
  type Draft,
  type DraftErrors,
  emptyDraft,
  fieldOf,
  type Inspected,
  nameFromPath,
  type Source,
  sizesOf,
  toRequest,
} from './draft.ts';
import { PathField } from './path-field.tsx';
import { useInspection } from './use-inspection.ts';
import './create-dialog.css';

const MIB = 1024 * 1024;
const t = text.create;

function describeFile(found: Inspected | null): string {
  if (found === null) return t.pathNote;
  const size = words(bytes(found.sizeBytes));
  const what = found.kind === 'cd' ? t.isCd(size) : t.isDisk(found.format, size);
  return found.usedBy.length === 0 ? what : `${what}. ${t.usedBy(found.usedBy.join(', '))}`;
}

function CreateForm({ dropped }: { dropped: File | null }): ReactNode {
  const { report } = useHost();
  const creation = useCreation();
  const [draft, setDraft] = useState<Draft>(() =>
    dropped === null
      ? { ...emptyDraft, name: freeName('demo', takenNames()) }
      : {
          ...emptyDraft,
          ...sizesOf.image,
          source: 'image',
          name: freeName(nameFromPath(dropped.name) || 'machine', takenNames()),
        },
  );
  // A name the person typed stays; a suggested one follows the source.
  const [isNamed, setNamed] = useState(false);
  const [isSized, setSized] = useState(false);
  const [shown, setShown] = useState<DraftErrors>({});
  const inspection = useInspection(draft.source === 'image' ? draft.path : '');

  const change = (part: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...part }));
    setShown({});
    creation.clearFault();
  };
  const suggest = (base: string): Partial<Draft> =>
    isNamed || base === '' ? {} : { name: freeName(base, takenNames()) };
  const chooseSource = (source: Source): void => {
    const base =
      source === 'demo' ? 'demo' : source === 'image' ? nameFromPath(draft.path) || 'machine' : 'machine';
    change({ source, ...(isSized ? {} : sizesOf[source]), ...suggest(base) });
  };

  const submit = async (start: boolean): Promise<void> => {
    const errors = checkDraft(draft, takenNames(), inspection.found);
    setShown(errors);
    if (Object.keys(errors).length > 0) return;
    const machine = await creation.create(toRequest(draft, inspection.found, start));
    if (machine === null) return;
    closeCreate();
    navigate({ page: 'machine', id: machine.id, tab: start ? 'display' : 'devices' });
  };

  const { fault, isWorking, job } = creation;
  const place = fault === null ? null : fieldOf(fault, draft, inspection.found);
  const errors: DraftErrors =
    fault === null || place === null
      ? shown
      : { ...shown, [place]: [fault.message, fault.remedy].filter(Boolean).join(' ') };
  const hostMiB = report === null ? 8192 : report.memoryTotalBytes / MIB;

  return (
    <Dialog
      isOpen
      onClose={closeCreate}
      title={t.title}
      width={560}
      footer={
        isWorking ? (
          <div className="create-progress">
            <Progress
              label={job === null ? t.working : `${job.title}: ${job.step}`}
              value={job === null ? null : job.progress}
            />
            <Button onPress={closeCreate}>{t.close}</Button>
          </div>
        ) : (
          <>
            <Button onPress={() => void submit(false)}>{t.edit}</Button>
            <Button kind="primary" onPress={() => void submit(true)}>
              {t.run}
            </Button>
          </>
        )
      }
    >
      <fieldset className="create-fields" disabled={isWorking}>
        <Choices
          label={t.source}
          value={draft.source}
          onChange={chooseSource}
          options={[
            { value: 'demo', label: t.demo },
            { value: 'image', label: t.image },
            { value: 'blank', label: t.blank },
          ]}
        />
        {draft.source === 'demo' ? <p className="note">{t.demoText}</p> : null}
        {draft.source === 'image' ? (
          <PathField
            label={t.path}
            kind="any"
            value={draft.path}
            onChange={(path) => change({ path, ...suggest(nameFromPath(path)) })}
            note={describeFile(inspection.found)}
            error={errors.path ?? inspection.fault?.message}
            dropped={dropped}
            autoFocus
          />
        ) : null}
        <TextField
          label={t.name}
          value={draft.name}
          onChange={(name) => {
            setNamed(true);
            change({ name });
          }}
          error={errors.name}
          autoFocus={draft.source !== 'image'}
          onSubmit={() => void submit(true)}
        />
        <div className="create-sizes">
          <MemoryField
            label={t.memory}
            value={draft.memoryMiB}
            onChange={(memoryMiB) => {
              setSized(true);
              change({ memoryMiB });
            }}
            maxMiB={hostMiB}
            note={report === null ? undefined : t.memoryOf(words(bytes(report.memoryTotalBytes)))}
            error={errors.memory}
          />
          <NumberInput
            label={t.cpus}
            value={draft.cpus}
            onChange={(cpus) => {
              setSized(true);
              change({ cpus });
            }}
            minValue={1}
            maxValue={255}
            note={report === null ? undefined : t.cpusOf(report.cpus)}
            error={errors.cpus}
          />
        </div>
        {asksForDisk(draft, inspection.found) ? (
          <DiskSection draft={draft} errors={errors} onChange={change} />
        ) : null}
      </fieldset>
      {fault === null || place !== null ? null : <ErrorNote fault={fault} />}
    </Dialog>
  );
}

/** Opened by `openCreate`. A failed creation keeps what was typed. */
export function CreateDialog(): ReactNode {
  const asked = dialogsStore(({ create }) => create);
  return asked === null ? null : <CreateForm dropped={asked.file} />;
}
