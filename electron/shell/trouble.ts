import { dialog } from 'electron';
import { Fault } from '../../backend/contract/fault.ts';

/** Something failed and nobody but the person can decide what to do. True: try again; false: leave. */
export async function askToRetry(fault: Fault): Promise<boolean> {
  console.error(fault.message);
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Innkeeper',
    message: fault.message,
    detail: [fault.remedy, fault.detail].filter((part) => part !== undefined && part !== '').join('\n\n'),
    buttons: ['Try again', 'Quit'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}

/** For what nothing can go on after. */
export function showTrouble(thrown: unknown): void {
  const fault = Fault.from(thrown);
  console.error(thrown);
  dialog.showErrorBox(
    'Innkeeper',
    [fault.message, fault.remedy].filter((part) => part !== undefined).join('\n\n'),
  );
}
