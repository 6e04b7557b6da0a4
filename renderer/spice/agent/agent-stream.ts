import { ByteReader } from '../protocol/byte-reader.ts';
import { EMPTY } from '../protocol/client-messages.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { AGENT_MESSAGE, AGENT_PROTOCOL, MAX_TEXT_BYTES } from './agent-constants.ts';

/** VDAgentMessage: protocol, type, opaque (u64), size. */
const HEADER_BYTES = 20;
/** Selection and type stand before a clipboard's data. */
const CLIPBOARD_HEAD_BYTES = 8;
/** The longest of the others is a list of a few words. */
const MAX_OTHER_BYTES = 4096;

/** How long a message's data may be; 0 for the types that are none of ours. */
const limits: ReadonlyMap<number, number> = new Map([
  [AGENT_MESSAGE.clipboard, MAX_TEXT_BYTES + CLIPBOARD_HEAD_BYTES],
  [AGENT_MESSAGE.reply, MAX_OTHER_BYTES],
  [AGENT_MESSAGE.announceCapabilities, MAX_OTHER_BYTES],
  [AGENT_MESSAGE.clipboardGrab, MAX_OTHER_BYTES],
  [AGENT_MESSAGE.clipboardRequest, MAX_OTHER_BYTES],
  [AGENT_MESSAGE.clipboardRelease, MAX_OTHER_BYTES],
]);

export interface AgentStreamEvents {
  /** `data` is a view that is good during the call. */
  message(type: number, data: Uint8Array): void;
  /** A clipboard that is larger than we take; its bytes are passed over as they come. */
  tooLarge(bytes: number): void;
}

/**
 * Makes messages of the agent's bytes, wherever they are cut (vd_agent.h: VDAgentMessage). Keeps at most one message of a
 * known type; of all others it keeps nothing, however long they say they are.
 */
export class AgentStream {
  readonly #events: AgentStreamEvents;
  readonly #header = new Uint8Array(HEADER_BYTES);
  #headerBytes = 0;
  #type = 0;
  /** Data of the message that are still to come. */
  #left = 0;
  /** Whether the message is one that we take. */
  #taken = false;
  /** What has come of a message that is taken and did not come in one piece. */
  #body: Uint8Array | null = null;
  #filled = 0;

  constructor(events: AgentStreamEvents) {
    this.#events = events;
  }

  /** Throws a ProtocolError when this is no stream of agent messages; the rest of it cannot be understood then. */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#headerBytes < HEADER_BYTES) {
        const length = Math.min(HEADER_BYTES - this.#headerBytes, bytes.length - at);
        this.#header.set(bytes.subarray(at, at + length), this.#headerBytes);
        this.#headerBytes += length;
        at += length;
        if (this.#headerBytes === HEADER_BYTES) this.#begin(bytes.length - at);
      } else {
        const length = Math.min(this.#left, bytes.length - at);
        this.#take(bytes.subarray(at, at + length));
        at += length;
      }
    }
  }

  /** @param here how many bytes are at hand after the header. */
  #begin(here: number): void {
    const header = new ByteReader(this.#header, 'agent.message');
    const protocol = header.u32();
    if (protocol !== AGENT_PROTOCOL) throw new ProtocolError('agent.message', `protocol ${protocol}`);
    this.#type = header.u32();
    header.u64();
    const size = header.u32();
    const limit = limits.get(this.#type) ?? 0;
    this.#left = size;
    this.#filled = 0;
    this.#taken = limit > 0 && size <= limit;
    if (size > limit && this.#type === AGENT_MESSAGE.clipboard) this.#events.tooLarge(size);
    else if (size > limit && limit > 0) {
      throw new ProtocolError('agent.message', `type ${this.#type} says that it has ${size} bytes`);
    }
    if (this.#taken && size > here) this.#body = new Uint8Array(size);
    if (size === 0) this.#end(EMPTY);
  }

  #take(piece: Uint8Array): void {
    this.#left -= piece.length;
    this.#body?.set(piece, this.#filled);
    this.#filled += piece.length;
    // Without a body, a message that is taken is here as one piece.
    if (this.#left === 0) this.#end(this.#body ?? piece);
  }

  #end(data: Uint8Array): void {
    this.#headerBytes = 0;
    this.#body = null;
    if (this.#taken) this.#events.message(this.#type, data);
  }
}
