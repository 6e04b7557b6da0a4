import { LineSplitter } from '../lines/line-splitter.ts';

/** docs/interop/qemu-ga-ref: guest-sync-delimited. 0xFF stands in no UTF-8, so it marks a border whatever went before. */
export const SENTINEL = 0xff;

export interface AgentReply {
  /** Whether a sentinel stood before it: then it surely answers a guest-sync-delimited. */
  readonly delimited: boolean;
  readonly body:
    | { readonly kind: 'return'; readonly value: unknown }
    | { readonly kind: 'error'; readonly errorClass: string; readonly description: string }
    | { readonly kind: 'garbage'; readonly why: string };
}

/**
 * Bytes from the guest to replies. The guest is a stranger: any bytes give replies or garbage, never an exception, and
 * no more than `maxReplyBytes` are kept.
 */
export class AgentReader {
  readonly #maxReplyBytes: number;
  #lines: LineSplitter;
  /** A line outgrew the limit: all is dropped up to its end. */
  #overflown = false;
  #delimited = false;

  constructor(maxReplyBytes: number) {
    this.#maxReplyBytes = maxReplyBytes;
    this.#lines = new LineSplitter(maxReplyBytes);
  }

  push(chunk: Uint8Array): AgentReply[] {
    const replies: AgentReply[] = [];
    let start = 0;
    for (;;) {
      const sentinel = chunk.indexOf(SENTINEL, start);
      this.#take(chunk.subarray(start, sentinel === -1 ? chunk.length : sentinel), replies);
      if (sentinel === -1) return replies;
      // What stands before a sentinel is the torso of an answer that nobody waits for any more.
      this.#lines.clear();
      this.#overflown = false;
      this.#delimited = true;
      start = sentinel + 1;
    }
  }

  #take(bytes: Uint8Array, replies: AgentReply[]): void {
    let rest = bytes;
    if (this.#overflown) {
      const end = rest.indexOf(0x0a);
      if (end === -1) return;
      this.#overflown = false;
      rest = rest.subarray(end + 1);
    }
    if (rest.length === 0) return;
    let lines: Uint8Array[];
    try {
      lines = this.#lines.push(rest);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#lines = new LineSplitter(this.#maxReplyBytes);
      // Where the oversized line ended inside this chunk, what follows it is lost too: a sync finds the way back.
      this.#overflown = rest[rest.length - 1] !== 0x0a;
      this.#emit({ kind: 'garbage', why: `a reply is longer than ${this.#maxReplyBytes} bytes` }, replies);
      return;
    }
    for (const line of lines) {
      if (line.length > 0) this.#emit(parseReply(line), replies);
    }
  }

  #emit(body: AgentReply['body'], replies: AgentReply[]): void {
    replies.push({ delimited: this.#delimited, body });
    this.#delimited = false;
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

function parseReply(line: Uint8Array): AgentReply['body'] {
  let message: unknown;
  try {
    message = JSON.parse(strictUtf8.decode(line));
  } catch (error) {
    return { kind: 'garbage', why: error instanceof Error ? error.message : String(error) };
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    return { kind: 'garbage', why: 'a reply is not an object' };
  }
  if ('return' in message) return { kind: 'return', value: message.return };
  const error = 'error' in message ? message.error : undefined;
  if (typeof error === 'object' && error !== null && 'class' in error && 'desc' in error) {
    return { kind: 'error', errorClass: String(error.class), description: String(error.desc) };
  }
  return { kind: 'garbage', why: 'a reply that is neither return nor error' };
}
