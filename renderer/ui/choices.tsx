import type { ReactNode } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import './field.css';

export interface ChoicesProps<T extends string> {
  label: string;
  hideLabel?: boolean;
  value: T;
  options: readonly { value: T; label: string; isDisabled?: boolean }[];
  onChange: (value: T) => void;
}

/** One of a few, all in sight. */
export function Choices<T extends string>(props: ChoicesProps<T>): ReactNode {
  return (
    <RadioGroup
      className="choices"
      orientation="horizontal"
      value={props.value}
      onChange={(next) => {
        const chosen = props.options.find((option) => option.value === next);
        if (chosen !== undefined) props.onChange(chosen.value);
      }}
    >
      <Label className={props.hideLabel === true ? 'visually-hidden' : 'field-label'}>{props.label}</Label>
      <div className="choices-row">
        {props.options.map((option) => (
          <Radio
            key={option.value}
            className="choice"
            value={option.value}
            isDisabled={option.isDisabled ?? false}
          >
            {option.label}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
