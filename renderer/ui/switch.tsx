import type { ReactNode } from 'react';
import { Switch as AriaSwitch } from 'react-aria-components';
import './field.css';

export interface SwitchProps {
  /** Its name; drawn before it unless `hideLabel`. */
  label: string;
  hideLabel?: boolean;
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  /** The id of what says more about it. */
  describedBy?: string;
  isDisabled?: boolean;
  /** A change is on its way: it cannot be pressed twice. */
  isBusy?: boolean;
}

export function Switch(props: SwitchProps): ReactNode {
  const {
    label,
    hideLabel = false,
    isSelected,
    onChange,
    describedBy,
    isDisabled = false,
    isBusy = false,
  } = props;
  return (
    <AriaSwitch
      className="switch"
      isSelected={isSelected}
      isDisabled={isDisabled}
      isReadOnly={isBusy}
      onChange={onChange}
      {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
      {...(isBusy ? { 'data-busy': true } : {})}
    >
      <span className={hideLabel ? 'visually-hidden' : undefined}>{label}</span>
      <span className="switch-track">
        <span className="switch-knob" />
      </span>
    </AriaSwitch>
  );
}
