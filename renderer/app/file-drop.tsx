import { type ReactNode, useEffect, useState } from 'react';
import type { MachineView } from '../../backend/contract/machine.ts';
import { text } from '../i18n/en.ts';

export interface FileDropProps {
  /** The machine whose page is open. */
  machine: MachineView | undefined;
  children: (onFile: (machine: MachineView, file: File) => void) => ReactNode;
}

/** Lights up as soon as a file enters the window, and says what a drop will do. */
export function FileDrop({ machine, children }: FileDropProps): ReactNode {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const enter = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') === true) setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragleave', leave);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragleave', leave);
    };
  }, []);
  return (
    <>
      {children(() => {})}
      {isOver ? (
        <div className="drop-hint" role="status">
          {machine === undefined ? text.drop.noMachine : text.drop.onto(machine.name)}
        </div>
      ) : null}
    </>
  );
}
