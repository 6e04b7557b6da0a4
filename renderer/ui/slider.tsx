import { type ReactNode, useEffect, useRef } from 'react';
import { Slider as AriaSlider, Label, SliderThumb, SliderTrack } from 'react-aria-components';
import { type Kind, kindStyle } from './kind.ts';
import './field.css';

export interface SliderProps {
  /** Its name; drawn above it unless `hideLabel`. */
  label: string;
  hideLabel?: boolean;
  value: number;
  /** While it moves. */
  onChange: (value: number) => void;
  /** Once it was let go or a key was pressed. */
  onChangeEnd?: (value: number) => void;
  minValue: number;
  maxValue: number;
  step?: number;
  /** Words at both ends: '512 MiB floor', '2 GiB'. */
  from?: ReactNode;
  to?: ReactNode;
  /** How a value is read out, and by a screen reader: 1536 → '1.5 GiB'. */
  describe: (value: number) => string;
  kind?: Kind;
  isDisabled?: boolean;
}

export function Slider(props: SliderProps): ReactNode {
  const { label, hideLabel = false, value, onChange, onChangeEnd, minValue, maxValue, step = 1 } = props;
  const { from, to, kind, isDisabled = false } = props;
  const spoken = props.describe(value);
  const input = useRef<HTMLInputElement>(null);
  // React Aria writes the bare number there at each render, in a unit it does not know.
  useEffect(() => input.current?.setAttribute('aria-valuetext', spoken));
  const share = maxValue > minValue ? (value - minValue) / (maxValue - minValue) : 0;
  const single = (next: number | number[]): number => (Array.isArray(next) ? (next[0] ?? minValue) : next);
  return (
    <AriaSlider
      className="slider"
      style={kindStyle(kind)}
      value={value}
      minValue={minValue}
      maxValue={maxValue}
      step={step}
      isDisabled={isDisabled}
      onChange={(next) => onChange(single(next))}
      {...(onChangeEnd === undefined ? {} : { onChangeEnd: (next) => onChangeEnd(single(next)) })}
    >
      <Label className={hideLabel ? 'visually-hidden' : 'slider-label'}>{label}</Label>
      <SliderTrack className="slider-track">
        <span
          className="slider-fill"
          style={{ width: `calc(${Math.min(1, Math.max(0, share))} * (100% + 9px))` }}
        />
        <SliderThumb className="slider-thumb" inputRef={input} />
      </SliderTrack>
      {from === undefined && to === undefined ? null : (
        <div className="slider-ticks">
          <span>{from}</span>
          <span>{to}</span>
        </div>
      )}
    </AriaSlider>
  );
}
