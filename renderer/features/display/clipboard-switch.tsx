import { type ReactNode, useId } from 'react';
import { Switch } from '../../ui/switch.tsx';
import type { ClipboardView } from './use-clipboard.ts';
import { words } from './words.ts';

/** Lets text cross between the person's clipboard and the guest's, with a light that shows when some did. */
export function ClipboardSwitch({ clipboard }: { clipboard: ClipboardView }): ReactNode {
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
        isSelected={isAllowed && problem === null}
        disabledReason={problem}
        describedBy={why}
        tooltip={words.clipboardHelp}
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
