import type { ByteStream, StreamWay } from '../../bridge/bridge.ts';
import type { PixelSource } from '../../spice/channels/display-statistics.ts';
import type { AgentState, ClipboardNews, SessionAgent } from './agent-state.ts';
import type { KeySink } from './keyboard.ts';
import type { MonitorChoice, Monitors } from './monitors.ts';
import type { PointerSink } from './pointer.ts';
import type { Size } from './scaling.ts';

/**
 * closed: the server ended it in order, as when another viewer takes the screen. lost: the connection broke, or none came
 * about. garbled: what the server sent made no sense. failed: the client's own code, or that it could not be loaded.
 */
export interface SessionEnd {
  readonly kind: 'closed' | 'lost' | 'garbled' | 'failed';
  /** For the log. */
  readonly reason: string | null;
}

export interface SessionListener {
  /** What is shown of the guest's screen has this canvas now (again after a change of resolution or of monitors). */
  onScreen(canvas: HTMLCanvasElement, size: Size): void;
  /** The first picture has been drawn. */
  onLive(): void;
  /** The guest takes places (it has a tablet), or movements only, for which the pointer has to be caught. */
  onPointer(takes: 'places' | 'movements'): void;
  /** Not called by clients that do not speak with agents. */
  onAgent?(state: Exclude<AgentState, 'unsupported'>): void;
  onClipboard?(news: ClipboardNews): void;
  /** Called by clients that can show one of several monitors. */
  onMonitors?(monitors: Monitors): void;
  /** The server has answered nothing since then, ms since the epoch, though the connection stands; null: it does again. */
  onSilent?(since: number | null): void;
  /** The connection is gone for good; the canvas stays where it is with the last picture. Called once. */
  onEnd(end: SessionEnd): void;
}

/** ms; of a hundred times, fifty are `median` or less, ninety-five `p95` or less. */
export interface Spread {
  readonly median: number;
  readonly p95: number;
}

/** How the guest's pictures come over and how quickly they show. */
export interface DrawingFigures {
  /** Pixels since the session began, by how they came. */
  readonly pixels: readonly (readonly [PixelSource, number])[];
  /** Pictures of videos since the session began. */
  readonly videoShown: number;
  readonly videoSkipped: number;
  /** From taking up a picture's first message until it is on the canvas, lately. */
  readonly drawing: Spread | null;
  /** From sending a key or a button until the next picture is on the canvas, lately. */
  readonly answers: Spread | null;
}

/** Since the session began. */
export interface SessionFigures {
  readonly bytesIn: number;
  /** Times that the canvas was drawn on. */
  readonly frames: number;
  /** Absent where the client does not look into it. */
  readonly drawing?: DrawingFigures | undefined;
}

/** One connection of the viewer to a guest's SPICE server: its picture and the way in for hands. */
export interface GuestSession extends KeySink, PointerSink, Disposable {
  /** Absent where the client does not speak with the guest's agent. */
  readonly agent?: SessionAgent;
  /** Absent where the client shows the whole screen alone. */
  showMonitor?(choice: MonitorChoice): void;
  /** Null where the client does not count. */
  figures?(): Promise<SessionFigures>;
}

/** The way to a guest's SPICE server: a connection for each channel. */
export interface GuestStreams {
  open(): ByteStream;
  readonly way: StreamWay;
}

/** Opens a session that puts its canvas in `screen`, which is in the document. */
export type OpenSession = (
  screen: HTMLElement,
  streams: GuestStreams,
  listener: SessionListener,
) => GuestSession;
