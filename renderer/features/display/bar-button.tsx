import type { ReactNode, Ref } from 'react';
import { Button, IconButton } from '../../ui/button.tsx';

export interface BarButtonProps {
  readonly label: string;
  readonly icon: ReactNode;
  /** There is no room for words. */
  readonly isNarrow: boolean;
  readonly onPress?: () => void;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** A button of the floating bar: its name, or its icon with the name as a tooltip. */
export function BarButton({ label, icon, isNarrow, onPress, ref }: BarButtonProps): ReactNode {
  return isNarrow ? (
    <IconButton label={label} icon={icon} onPress={onPress} ref={ref} />
  ) : (
    <Button kind="quiet" onPress={onPress} ref={ref}>
      {label}
    </Button>
  );
}
