import type { Rect } from '../../../spice/protocol/geometry.ts';
import type { AgentState, ClipboardNews } from '../agent-state.ts';
import type { SessionEnd, SessionFigures } from '../guest-session.ts';
import type { MonitorChoice, Monitors } from '../monitors.ts';
import type { MouseButton } from '../mouse-buttons.ts';
import type { Size } from '../scaling.ts';
import type { CursorPicture, CursorPlace } from './cursor-picture.ts';

/** What a person's hands do; `keys` are scancode bytes of set 1. */
export type Hand =
  | { readonly kind: 'keyDown' | 'keyUp'; readonly scanCode: readonly number[] }
  /** KEY_MODIFIER bits. */
  | { readonly kind: 'locks'; readonly flags: number }
  | { readonly kind: 'moveTo' | 'moveBy'; readonly x: number; readonly y: number }
  | { readonly kind: 'button'; readonly button: MouseButton; readonly pressed: boolean };

/** What the page asks of the guest's agent (see SessionAgent). */
export type AgentRequest =
  | { readonly ask: 'resize'; readonly size: Size }
  | { readonly ask: 'allow'; readonly allowed: boolean }
  | { readonly ask: 'offer'; readonly text: string }
  | { readonly ask: 'take' | 'paste' };

/** Begins a session in a Worker, with the port for all its other messages. */
export interface Begin {
  /** Ports are asked for with `open`. */
  readonly way: { readonly kind: 'webSocket'; readonly url: string } | { readonly kind: 'port' };
}

/** What the page tells the Worker. Streams are numbered by the Worker. */
export type ToWorker =
  | { readonly kind: 'port'; readonly stream: number; readonly port: MessagePort }
  | { readonly kind: 'noPort'; readonly stream: number; readonly reason: string }
  /** The canvas that was asked for with `screen`. */
  | { readonly kind: 'canvas'; readonly screen: number; readonly canvas: OffscreenCanvas }
  /** The last `cursor` is on the screen; the Worker tells the next only then. Once a frame at most. */
  | { readonly kind: 'cursorDrawn' }
  | { readonly kind: 'monitor'; readonly choice: MonitorChoice }
  | { readonly kind: 'hand'; readonly hand: Hand }
  | { readonly kind: 'agent'; readonly request: AgentRequest }
  | { readonly kind: 'figures' }
  | { readonly kind: 'close' };

/** What the Worker tells the page. */
export type FromWorker =
  /** Wants a port for a stream. */
  | { readonly kind: 'open'; readonly stream: number }
  /** This part of the guest's screen is shown from now on; wants a canvas of its size. */
  | { readonly kind: 'screen'; readonly screen: number; readonly area: Rect }
  | { readonly kind: 'monitors'; readonly monitors: Monitors }
  /** The first picture is on that canvas. */
  | { readonly kind: 'drawn'; readonly screen: number }
  /** The picture that every `cursor` after it refers to. */
  | { readonly kind: 'cursorPicture'; readonly picture: CursorPicture }
  | { readonly kind: 'cursor'; readonly cursor: CursorPlace }
  | { readonly kind: 'agent'; readonly state: Exclude<AgentState, 'unsupported'> }
  | { readonly kind: 'clipboard'; readonly news: ClipboardNews }
  | { readonly kind: 'mouse'; readonly takes: 'places' | 'movements' }
  | { readonly kind: 'figures'; readonly figures: SessionFigures }
  /** See SessionListener.onSilent. */
  | { readonly kind: 'silent'; readonly since: number | null }
  | { readonly kind: 'end'; readonly end: SessionEnd };
