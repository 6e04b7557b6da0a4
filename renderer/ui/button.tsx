import type { ReactNode, Ref } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { Tooltip } from './tooltip.tsx';
import './button.css';

export type ButtonKind = 'plain' | 'primary' | 'quiet' | 'danger';

interface SharedProps {
  kind?: ButtonKind | undefined;
  size?: 'm' | 's' | undefined;
  onPress?: (() => void) | undefined;
  /** Why it cannot be used now. It stays focusable and says so in a tooltip. */
  disabledReason?: string | null | undefined;
  isDisabled?: boolean | undefined;
  type?: 'button' | 'submit' | undefined;
  form?: string | undefined;
  autoFocus?: boolean | undefined;
  className?: string | undefined;
  /** Keys that do the same, shown in the tooltip. */
  keys?: string | undefined;
  ref?: Ref<HTMLButtonElement> | undefined;
}

export interface ButtonProps extends SharedProps {
  children: ReactNode;
  /** A lucide icon before the text. */
  icon?: ReactNode | undefined;
  /** While set it is drawn instead of the text ('Starting…') and the button cannot be pressed. */
  busy?: string | null | undefined;
  tooltip?: string | undefined;
  'aria-label'?: string | undefined;
}

export interface IconButtonProps extends SharedProps {
  /** Its name for a screen reader, and its tooltip. */
  label: string;
  icon: ReactNode;
  isBusy?: boolean | undefined;
  'aria-pressed'?: boolean | undefined;
}

interface CoreProps extends SharedProps {
  children: ReactNode;
  isBusy: boolean;
  tooltip: string | undefined;
  label: string | undefined;
  pressed?: boolean | undefined;
}

function Core(props: CoreProps): ReactNode {
  const { kind = 'plain', size = 'm', disabledReason, isBusy, onPress } = props;
  const refused = disabledReason !== null && disabledReason !== undefined;
  const blocked = refused || isBusy;
  const button = (
    <AriaButton
      ref={props.ref ?? null}
      className={`btn btn-${kind} btn-${size} ${props.className ?? ''}`}
      type={blocked ? 'button' : (props.type ?? 'button')}
      isDisabled={props.isDisabled ?? false}
      autoFocus={props.autoFocus ?? false}
      {...(props.form === undefined ? {} : { form: props.form })}
      {...(props.label === undefined ? {} : { 'aria-label': props.label })}
      {...(props.pressed === undefined ? {} : { 'aria-pressed': props.pressed })}
      {...(blocked ? { 'aria-disabled': true, 'data-blocked': true } : {})}
      {...(isBusy ? { 'data-busy': true } : {})}
      {...(onPress === undefined || blocked ? {} : { onPress: () => onPress() })}
    >
      {props.children}
    </AriaButton>
  );
  return (
    <Tooltip text={refused ? disabledReason : props.tooltip} keys={refused ? undefined : props.keys}>
      {button}
    </Tooltip>
  );
}

export function Button({
  children,
  icon,
  busy,
  tooltip,
  'aria-label': label,
  ...rest
}: ButtonProps): ReactNode {
  const isBusy = busy !== null && busy !== undefined;
  const tip = tooltip ?? (rest.keys !== undefined && typeof children === 'string' ? children : undefined);
  return (
    <Core {...rest} isBusy={isBusy} tooltip={tip} label={label}>
      {isBusy ? <span className="btn-spin" aria-hidden="true" /> : icon}
      <span className="btn-text" aria-live={isBusy ? 'polite' : 'off'}>
        {isBusy ? busy : children}
      </span>
    </Core>
  );
}

/** A button that is only an icon. The label is its name and its tooltip. */
export function IconButton({
  label,
  icon,
  isBusy = false,
  kind = 'quiet',
  ...rest
}: IconButtonProps): ReactNode {
  return (
    <Core
      {...rest}
      kind={kind}
      className={`btn-icon ${rest.className ?? ''}`}
      isBusy={isBusy}
      tooltip={label}
      label={label}
      pressed={rest['aria-pressed']}
    >
      {isBusy ? <span className="btn-spin" aria-hidden="true" /> : icon}
    </Core>
  );
}
