import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Duplex, type Writable } from 'node:stream';
import { createWebSocketStream, type WebSocket } from 'ws';
import { STREAM_BODY_PATH, STREAM_BODY_PROTOCOL } from '../contract/streams.ts';
import { setHeaders } from './responses.ts';

/**
 * A stream that has brought this much is offered as a body. Bytes. Chromium takes a body in about a sixth of the time it needs
 * for as many bytes of WebSocket messages, and in a tenth where the messages are small.
 */
const OFFER_AFTER = 256 * 1024;
/**
 * Browsers open six connections to a server at most, over all pages (Chromium, Firefox), and a body keeps its own: the others stay
 * for pages and files.
 */
const MOST_BODIES = 3;
/** Who has not asked for the body by then gets the rest as messages, ms. */
const OFFER_TIMEOUT_MS = 2000;

type Taken = (response: ServerResponse | null) => void;

/** Guests' streams to browsers: messages of a WebSocket, and for those that bring much the body of a GET (contract/streams.ts). */
export class GuestStreams {
  readonly #offers = new Map<string, Taken>();
  readonly #offerTimeoutMs: number;
  #bodies = 0;

  constructor({ offerTimeoutMs = OFFER_TIMEOUT_MS } = {}) {
    this.#offerTimeoutMs = offerTimeoutMs;
  }

  /** Both ways with back-pressure: it pauses the socket while nobody reads, and a write ends when its bytes are sent. */
  over(webSocket: WebSocket): Duplex {
    const messages = createWebSocketStream(webSocket, { readableObjectMode: false });
    if (webSocket.protocol !== STREAM_BODY_PROTOCOL) return messages;
    return new BodyStream(messages, (taken) => this.#offer(webSocket, taken));
  }

  /** Answers a GET below STREAM_BODY_PATH; false: nobody was offered that. */
  answer(path: string, response: ServerResponse): boolean {
    const taken = this.#offers.get(path);
    if (taken === undefined) return false;
    setHeaders(response);
    response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' });
    response.flushHeaders();
    this.#bodies += 1;
    response.once('close', () => {
      this.#bodies -= 1;
    });
    taken(response);
    return true;
  }

  /** False when there are enough of them; else `taken` is called once. */
  #offer(webSocket: WebSocket, taken: Taken): boolean {
    if (this.#bodies + this.#offers.size >= MOST_BODIES) return false;
    const path = `${STREAM_BODY_PATH}/${randomBytes(32).toString('base64url')}`;
    const settle = (response: ServerResponse | null): void => {
      clearTimeout(timer);
      webSocket.off('close', giveUp);
      this.#offers.delete(path);
      taken(response);
    };
    const giveUp = (): void => settle(null);
    const timer = setTimeout(giveUp, this.#offerTimeoutMs);
    webSocket.once('close', giveUp);
    this.#offers.set(path, settle);
    webSocket.send(path);
    return true;
  }
}

/** Reads messages; writes messages at first, then into the body, if it is asked for. */
class BodyStream extends Duplex {
  readonly #messages: Duplex;
  readonly #offer: (taken: Taken) => boolean;
  #body: ServerResponse | null = null;
  #written = 0;
  #isOffered = false;

  constructor(messages: Duplex, offer: (taken: Taken) => boolean) {
    super();
    this.#messages = messages;
    this.#offer = offer;
    messages.on('data', (bytes) => {
      if (!this.push(bytes)) messages.pause();
    });
    // Until somebody reads this one.
    messages.pause();
    messages.once('end', () => this.push(null));
    messages.once('error', (error) => this.destroy(error));
    messages.once('close', () => this.destroy());
  }

  override _read(): void {
    this.#messages.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#written += bytes.length;
    if (this.#written < OFFER_AFTER || this.#isOffered) {
      this.#target.write(bytes, done);
      return;
    }
    this.#isOffered = this.#offer((body) => {
      this.#body = body;
      // Its bytes are missing in the middle of the stream: no messages can go on from there.
      body?.once('close', () => {
        if (!body.writableFinished) this.destroy();
      });
      this.#target.write(bytes, done);
    });
    if (!this.#isOffered) this.#target.write(bytes, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    const close = (): void => {
      this.#messages.end(done);
    };
    if (this.#body === null) close();
    else this.#body.end(close);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#body?.destroy();
    this.#messages.destroy();
    done(error);
  }

  get #target(): Writable {
    return this.#body ?? this.#messages;
  }
}
