import { Notification } from 'electron';
import { Fault } from '../../backend/contract/fault.ts';

/** Shown ones are kept until they are gone: a collected one would lose its click. */
const shown = new Set<Notification>();

export function notify(title: string, body: string, onClick: () => void): void {
  if (!Notification.isSupported()) {
    throw new Fault({ code: 'not-supported', message: 'This desktop shows no notifications.' });
  }
  const notification = new Notification({ title, body });
  const forget = (): void => void shown.delete(notification);
  notification.on('click', () => {
    forget();
    onClick();
  });
  notification.on('close', forget);
  shown.add(notification);
  notification.show();
}
