import { isAppUrl } from '../protocol/app-url.ts';

/** The parts of Electron's events and windows the check looks at. */
export interface Frame {
  readonly url: string;
  readonly parent: unknown;
}
export interface SentEvent {
  readonly senderFrame: Frame | null;
}
export interface Receiver {
  isDestroyed(): boolean;
  readonly webContents: { readonly mainFrame: Frame };
}

/**
 * Whether a message comes from the renderer: the main frame of our window, showing app://innkeeper/.
 * A frame that navigated away or went has no `senderFrame` any more and is refused.
 */
export function isFromRenderer(event: SentEvent, window: Receiver | null): boolean {
  if (window === null || window.isDestroyed()) return false;
  const frame = event.senderFrame;
  if (frame === null || frame.parent !== null) return false;
  return frame === window.webContents.mainFrame && isAppUrl(frame.url);
}
