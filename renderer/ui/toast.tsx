import { CircleAlert, X } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import {
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components';
import { text } from '../i18n/en.ts';
import { Button, IconButton } from './button.tsx';
import { MOST_TOASTS, makeWay, type Standing } from './toast-room.ts';
import './toast.css';

export interface ToastMessage {
  text: string;
  /** What to do, for an error. */
  detail?: string | undefined;
  tone?: 'plain' | 'bad';
  action?: { label: string; onPress: () => void };
  /** The action whose result it is: a newer result takes its place. Without one only the same text does. */
  about?: string | undefined;
}

const queue = new ToastQueue<ToastMessage>({ maxVisibleToasts: MOST_TOASTS });
/** Oldest first. */
const standing: Standing[] = [];

/** Milliseconds; React Aria holds the clock while the toast is hovered or focused. */
const SHOWN_MS = 6000;

/**
 * Says something that happened away from where the person looks. Returns a function that takes it back.
 * @param shownMs how long it stays, ms; errors stay until closed.
 */
export function showToast(message: ToastMessage, shownMs: number = SHOWN_MS): () => void {
  const isBad = message.tone === 'bad';
  const about = message.about ?? message.text;
  for (const old of makeWay(standing, { about, isBad })) queue.close(old);
  const key = queue.add(message, {
    ...(isBad ? {} : { timeout: Math.max(5000, shownMs) }),
    onClose: () => {
      const place = standing.findIndex((one) => one.key === key);
      if (place >= 0) standing.splice(place, 1);
    },
  });
  standing.push({ key, about, isBad, canAct: message.action !== undefined });
  return () => queue.close(key);
}

/**
 * Shows a fault of an action whose control is gone or has no room for an ErrorNote.
 * @param about as of a ToastMessage.
 */
export function showFault(
  fault: { readonly message: string; readonly remedy?: string | undefined },
  about?: string,
): void {
  showToast({ text: fault.message, detail: fault.remedy, tone: 'bad', about });
}

/** Takes back what was said about an action: it is tried again. */
export function dropToasts(about: string): void {
  for (const { key } of standing.filter((one) => one.about === about)) queue.close(key);
}

/** Once, at the end of the page. Escape closes the newest where it has nothing else to close. */
export function Toasts(): ReactNode {
  useEffect(() => {
    const stop = new AbortController();
    window.addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
        const newest = standing.at(-1);
        if (newest !== undefined) queue.close(newest.key);
      },
      { signal: stop.signal },
    );
    return () => stop.abort();
  }, []);
  return (
    <ToastRegion queue={queue} className="toasts" aria-label={text.common.notifications}>
      {({ toast }) => (
        <Toast toast={toast} className={`toast toast-${toast.content.tone ?? 'plain'}`}>
          {toast.content.tone === 'bad' ? (
            <CircleAlert className="icon toast-icon" aria-hidden="true" />
          ) : null}
          <ToastContent className="toast-words">
            <Text slot="title">{toast.content.text}</Text>
            {toast.content.detail === undefined ? null : (
              <Text slot="description" className="toast-detail">
                {toast.content.detail}
              </Text>
            )}
          </ToastContent>
          {toast.content.action === undefined ? null : (
            <Button
              size="s"
              onPress={() => {
                toast.content.action?.onPress();
                queue.close(toast.key);
              }}
            >
              {toast.content.action.label}
            </Button>
          )}
          <IconButton
            size="s"
            label={text.common.dismiss}
            icon={<X className="icon" />}
            onPress={() => queue.close(toast.key)}
          />
        </Toast>
      )}
    </ToastRegion>
  );
}
