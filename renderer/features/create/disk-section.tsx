import type { ReactNode } from 'react';
import { text } from '../../i18n/en.ts';
import { Choices } from '../../ui/choices.tsx';
import { NumberInput } from '../../ui/field.tsx';
import type { Draft, DraftErrors } from './draft.ts';
import { PathField } from './path-field.tsx';

const t = text.create;

export interface DiskSectionProps {
  draft: Draft;
  errors: DraftErrors;
  onChange: (part: Partial<Draft>) => void;
}

/** The disk of a machine that is installed anew. */
export function DiskSection({ draft, errors, onChange }: DiskSectionProps): ReactNode {
  return (
    <>
      <Choices
        label={t.disk}
        value={draft.disk}
        onChange={(disk) => onChange({ disk })}
        options={[
          { value: 'new', label: t.diskNew },
          { value: 'existing', label: t.diskExisting },
          { value: 'none', label: t.diskNone },
        ]}
      />
      {draft.disk === 'new' ? (
        <NumberInput
          label={t.diskSize}
          value={draft.diskGiB}
          onChange={(diskGiB) => onChange({ diskGiB })}
          minValue={1}
          maxValue={65536}
          unit="GiB"
          note={t.diskNote}
          error={errors.diskSize}
        />
      ) : null}
      {draft.disk === 'existing' ? (
        <PathField
          label={t.diskPath}
          kind="disk"
          value={draft.diskPath}
          onChange={(diskPath) => onChange({ diskPath })}
          error={errors.diskPath}
        />
      ) : null}
    </>
  );
}
