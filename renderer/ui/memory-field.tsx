import type { ReactNode } from 'react';
import { mebibytes, words } from '../i18n/format.ts';
import { NumberInput } from './field.tsx';
import { memoryStops, nearestStop } from './memory-stops.ts';
import { Slider } from './slider.tsx';

export interface MemoryFieldProps {
  label: string;
  /** MiB. */
  value: number;
  onChange: (mebibytes: number) => void;
  /** What the host has, MiB: the slider's end. The field takes any number; the back end says what is too much. */
  maxMiB: number;
  note?: ReactNode;
  error?: string | null | undefined;
}

/** A slider over round sizes and a field for the exact one. */
export function MemoryField({ label, value, onChange, maxMiB, note, error }: MemoryFieldProps): ReactNode {
  const stops = memoryStops(maxMiB);
  const say = (stop: number): string => words(mebibytes(stops[stop] ?? value));
  return (
    <div className="memory-field">
      <div className="memory-slider">
        <Slider
          label={label}
          value={nearestStop(stops, value)}
          onChange={(stop) => onChange(stops[stop] ?? value)}
          minValue={0}
          maxValue={stops.length - 1}
          from={say(0)}
          to={say(stops.length - 1)}
          describe={say}
          kind="mem"
        />
      </div>
      <NumberInput
        label={label}
        hideLabel
        value={value}
        onChange={onChange}
        minValue={0}
        maxValue={4 * 1024 * 1024}
        unit="MiB"
      />
      {typeof error === 'string' ? (
        <p className="field-error" role="alert">
          {error}
        </p>
      ) : note === undefined ? null : (
        <p className="field-note">{note}</p>
      )}
    </div>
  );
}
