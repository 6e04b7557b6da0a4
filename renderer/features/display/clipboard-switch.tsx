import { type ReactNode, useId } from 'react';
import { Switch } from '../../ui/switch.tsx';
import type { ClipboardView } from './use-clipboard.ts';
import { words } from './words.ts';

interface ClipboardSwitchProps {
  readonly clipboard: ClipboardView;
  readonly isNarrow: boolean;
}

/** Lets text cross between the person's clipboard and the guest's, with a light that shows when some did. */
export function ClipboardSwitch({ clipboard, isNarrow }: ClipboardSwitchProps): ReactNode {
  const { isAllowed, problem, crossed, allow } = clipboard;
  const why = useId();
  return (
    <div className="display-clipboard">
      <span
        className="display-clipboard-light"
        data-testid="clipboard-light"
        data-crossed={crossed ?? undefined}
        data-on={isAllowed && problem === null}
        aria-hidden="true"
      />
      <Switch
        label={words.clipboard}
        hideLabel={isNarrow}
        isSelected={isAllowed && problem === null}
        disabledReason={problem}
        describedBy={why}
        tooltip={isNarrow ? `${words.clipboard}. ${words.clipboardHelp}` : words.clipboardHelp}
        tooltipPlacement="top"
        onChange={allow}
      />
      <span id={why} className="visually-hidden">
        {problem ?? words.clipboardHelp}
      </span>
      <span className="visually-hidden" role="status">
        {crossed === null ? '' : words.clipboardCrossed[crossed]}
      </span>
    </div>
  );
}
