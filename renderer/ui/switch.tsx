import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { Tooltip } from './tooltip.tsx';
import './field.css';

export interface SwitchProps {
  /** Its name; drawn before it unless `hideLabel`. */
  label: string;
  hideLabel?: boolean;
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  /** The id of what says more about it. */
  describedBy?: string;
  /** What it does, on hover and on keyboard focus. */
  tooltip?: string;
  tooltipPlacement?: 'top' | 'bottom';
  /** Why it cannot be switched now. It stays focusable and says so in a tooltip. */
  disabledReason?: string | null;
  isDisabled?: boolean;
  /** A change is on its way: it cannot be pressed twice. */
  isBusy?: boolean;
}

/** A button that is a switch: unlike a check box it can say by tooltip why it cannot be switched. */
export function Switch(props: SwitchProps): ReactNode {
  const { label, hideLabel = false, isSelected, onChange, describedBy, tooltip, tooltipPlacement } = props;
  const { disabledReason = null, isDisabled = false, isBusy = false } = props;
  const isBlocked = disabledReason !== null || isBusy;
  return (
    <Tooltip text={disabledReason ?? tooltip} placement={tooltipPlacement ?? 'bottom'}>
      <AriaButton
        className="switch"
        isDisabled={isDisabled}
        render={(drawn) => <button {...drawn} role="switch" aria-checked={isSelected} />}
        {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
        {...(isBlocked ? { 'aria-disabled': true } : { onPress: () => onChange(!isSelected) })}
        {...(isSelected ? { 'data-selected': true } : {})}
        {...(disabledReason === null ? {} : { 'data-blocked': true })}
        {...(isBusy ? { 'data-busy': true } : {})}
      >
        <span className={hideLabel ? 'visually-hidden' : 'switch-label'}>{label}</span>
        <span className="switch-track">
          <span className="switch-knob" />
        </span>
      </AriaButton>
    </Tooltip>
  );
}
