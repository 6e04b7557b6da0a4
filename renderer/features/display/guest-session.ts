import type { ByteStream } from '../../bridge/bridge.ts';
import type { KeySink } from './keyboard.ts';
import type { PointerSink } from './pointer.ts';
import type { Size } from './scaling.ts';

export interface SessionListener {
  /** The guest's screen has this canvas now (again after a change of resolution). */
  onScreen(canvas: HTMLCanvasElement, size: Size): void;
  /** The first picture has been drawn. */
  onLive(): void;
  /** The guest takes places (it has a tablet), or movements only, for which the pointer has to be caught. */
  onPointer(takes: 'places' | 'movements'): void;
  /** The connection is gone for good; the canvas stays where it is with the last picture. Called once. */
  onEnd(reason: string | null): void;
}

/** Since the session began. */
export interface SessionFigures {
  readonly bytesIn: number;
  /** Times that the canvas was drawn on. */
  readonly frames: number;
}

/** One connection of the viewer to a guest's SPICE server: its picture and the way in for hands. */
export interface GuestSession extends KeySink, PointerSink, Disposable {
  /** Null where the client does not count. */
  figures?(): Promise<SessionFigures>;
}

/** Opens a session that puts its canvas in `screen`, which is in the document. `openStream` gives a connection for one channel. */
export type OpenSession = (
  screen: HTMLElement,
  openStream: () => ByteStream,
  listener: SessionListener,
) => GuestSession;
