import type { CursorState } from '../../../spice/channels/cursor.ts';
import type { SessionFigures } from '../guest-session.ts';
import type { MouseButton } from '../mouse-buttons.ts';

/** What a person's hands do; `keys` are scancode bytes of set 1. */
export type Hand =
  | { readonly kind: 'keyDown' | 'keyUp'; readonly scanCode: readonly number[] }
  /** KEY_MODIFIER bits. */
  | { readonly kind: 'locks'; readonly flags: number }
  | { readonly kind: 'moveTo' | 'moveBy'; readonly x: number; readonly y: number }
  | { readonly kind: 'button'; readonly button: MouseButton; readonly pressed: boolean };

/** What the page tells the Worker. Streams are numbered by the Worker. */
export type ToWorker =
  | { readonly kind: 'data'; readonly stream: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'ended'; readonly stream: number; readonly reason: string }
  /** The canvas that was asked for with `screen`. */
  | { readonly kind: 'canvas'; readonly screen: number; readonly canvas: OffscreenCanvas }
  | { readonly kind: 'hand'; readonly hand: Hand }
  | { readonly kind: 'figures' }
  | { readonly kind: 'close' };

/** What the Worker tells the page. */
export type FromWorker =
  | { readonly kind: 'open'; readonly stream: number }
  | { readonly kind: 'send'; readonly stream: number; readonly bytes: Uint8Array<ArrayBuffer> }
  /** So many bytes of `data` have been taken in. */
  | { readonly kind: 'taken'; readonly stream: number; readonly bytes: number }
  | { readonly kind: 'hangUp'; readonly stream: number }
  /** The guest's screen has this size from now on; wants a canvas. */
  | { readonly kind: 'screen'; readonly screen: number; readonly width: number; readonly height: number }
  /** The first picture is on that canvas. */
  | { readonly kind: 'drawn'; readonly screen: number }
  | { readonly kind: 'cursor'; readonly state: CursorState }
  | { readonly kind: 'mouse'; readonly takes: 'places' | 'movements' }
  | { readonly kind: 'figures'; readonly figures: Omit<SessionFigures, 'bytesIn'> }
  | { readonly kind: 'end'; readonly reason: string | null };
