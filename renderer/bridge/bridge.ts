import { createContext, useContext } from 'react';
import type { DesktopCommand } from '../../backend/contract/desktop.ts';
import type { EventName, EventPayload } from '../../backend/contract/events.ts';
import { Fault } from '../../backend/contract/fault.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../backend/contract/requests.ts';
import type { StreamTarget } from '../../backend/contract/wire.ts';

/** Something with a value of now that tells when it changes. */
export interface Observable<T> {
  get(): T;
  subscribe(listener: (value: T) => void): () => void;
}

export interface ConnectionStatus {
  /**
   * connecting: never connected yet. reconnecting: it was lost; what the stores hold is the last state.
   * refused: this page and the back end do not fit (see `fault`); it does not try again.
   */
  readonly phase: 'connecting' | 'connected' | 'reconnecting' | 'refused';
  /** Milliseconds since the epoch at which the phase began. */
  readonly since: number;
  /** Tries since the connection was lost or first asked for. */
  readonly attempt: number;
  readonly fault: Fault | null;
  /** Of the back end that answers, or answered last. */
  readonly backEnd: RequestOutput<'session.hello'> | null;
}

/** A byte stream to a guest: a SPICE channel or the serial console. Set the callbacks before the next tick. */
export interface ByteStream {
  /** Bytes sent before it is open are held and sent in order. */
  send(bytes: Uint8Array): void;
  onOpen: (() => void) | null;
  /** The bytes are the receiver's, to transfer on as well. */
  onData: ((bytes: Uint8Array<ArrayBuffer>) => void) | null;
  /** Once, whoever ended it. An empty reason: it ended as it should. */
  onClose: ((reason: string) => void) | null;
  close(): void;
}

/**
 * How a Worker reaches a stream by itself, so that a guest's bytes never cross the page's thread. webSocket: it opens that address
 * (web-socket-stream.ts). port: the page asks for a port for each stream and transfers it (port-stream.ts).
 */
export type StreamWay =
  | { readonly kind: 'webSocket'; readonly url: string }
  /** Rejects with a Fault. */
  | { readonly kind: 'port'; open(): Promise<MessagePort> };

/** How far an upload is, 0 to 1. */
export type OnProgress = (share: number) => void;

/** The one way to the back end. The same on both faces; it never throws anything but a Fault. */
export interface Bridge {
  readonly face: 'electron' | 'browser';
  readonly connection: Observable<ConnectionStatus>;
  /**
   * While first connecting it waits; when the connection is lost it rejects with a ConnectionLost, and the caller may ask
   * again. An abort rejects with code `cancelled` (the back end may still carry the request out).
   */
  request<N extends RequestName>(
    name: N,
    input: RequestInput<N>,
    signal?: AbortSignal,
  ): Promise<RequestOutput<N>>;
  on<N extends EventName>(event: N, listener: (payload: EventPayload<N>) => void): () => void;
  openStream(target: StreamTarget): ByteStream;
  streamWay(target: StreamTarget): StreamWay;
  /** The path of a dropped or chosen file on the host. In a browser its bytes are uploaded first. */
  pathOf(file: File, onProgress?: OnProgress): Promise<string>;
  /** Asks the person for a file; null when they cancel. */
  chooseFile(kind: 'disk' | 'cd' | 'any', title: string, onProgress?: OnProgress): Promise<string | null>;
  /** Saves bytes where the person wants them; false when they cancel. */
  saveFile(name: string, bytes: Uint8Array): Promise<boolean>;
  /** Shows a file of the host in its file manager; null where the face cannot. */
  readonly showInFolder: ((path: string) => void) | null;
  /** Menu items of the desktop face that this page carries out. */
  onCommand(listener: (command: DesktopCommand) => void): () => void;
  close(): void;
}

/** The connection went away while something was asked. What was asked may or may not have happened. */
export class ConnectionLost extends Fault {
  constructor() {
    super({
      code: 'internal',
      message: 'The connection to Innkeeper’s back end was lost.',
      remedy: 'It reconnects by itself. Then try again.',
    });
    this.name = 'ConnectionLost';
  }
}

const BridgeContext = createContext<Bridge | null>(null);
export const BridgeProvider = BridgeContext.Provider;

export function useBridge(): Bridge {
  const bridge = useContext(BridgeContext);
  if (bridge === null) throw new Error('useBridge outside of BridgeProvider');
  return bridge;
}
