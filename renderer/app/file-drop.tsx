import { type ReactNode, useEffect, useState } from 'react';
import { text } from '../i18n/en.ts';
import { openCreate } from '../stores/dialogs.ts';

/**
 * Lights up as soon as a file enters the window, and says what a drop will do. Rows, the Disks card and the machine's page
 * take drops themselves; what nobody took makes a new machine, and never makes the window open the file.
 */
export function FileDropHint({ machineName }: { machineName: string | undefined }): ReactNode {
  const [isOver, setOver] = useState(false);

  useEffect(() => {
    const isFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
    const enter = (event: DragEvent): void => {
      if (isFiles(event)) setOver(true);
    };
    const over = (event: DragEvent): void => {
      if (isFiles(event)) event.preventDefault();
    };
    const leave = (event: DragEvent): void => {
      // Null: the pointer left the window, not one element for another.
      if (event.relatedTarget === null) setOver(false);
    };
    // Capturing: the hint goes even where a part stops the event.
    const end = (): void => setOver(false);
    const drop = (event: DragEvent): void => {
      if (!isFiles(event) || event.defaultPrevented) return;
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file !== undefined && document.querySelector('.dialog-shade') === null) openCreate(file);
    };
    const stop = new AbortController();
    const { signal } = stop;
    window.addEventListener('dragenter', enter, { signal });
    window.addEventListener('dragover', over, { signal });
    window.addEventListener('dragleave', leave, { signal });
    window.addEventListener('drop', end, { signal, capture: true });
    window.addEventListener('drop', drop, { signal });
    return () => stop.abort();
  }, []);

  if (!isOver) return null;
  return (
    <div className="drop-hint" role="status">
      {machineName === undefined ? text.drop.newMachine : text.drop.onto(machineName)}
    </div>
  );
}
