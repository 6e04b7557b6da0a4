import type { Transport } from '../link/transport.ts';
import { ByteWriter } from '../protocol/byte-writer.ts';

/**
 * For tests: the server's end of one channel, in memory. It links as it is told and then sends what the test wants,
 * for servers and malice that no real one shows.
 */
export class ScriptedServer {
  readonly transport: Transport;
  /** Of the link request. */
  readonly requested = { connectionId: 0, type: 0, id: 0 };
  /** Messages from the client once it is linked. */
  readonly received: { readonly type: number; readonly body: number[] }[] = [];
  closed = false;
  readonly #options: ServerOptions;
  readonly #key: Uint8Array;
  #stage: 'request' | 'ticket' | 'messages' = 'request';
  #serial = 0n;

  static async create(options: ServerOptions = {}): Promise<ScriptedServer> {
    sharedKey ??= makeKey();
    return new ScriptedServer(options, await sharedKey);
  }

  private constructor(options: ServerOptions, key: Uint8Array) {
    this.#options = options;
    this.#key = key;
    this.transport = {
      send: (bytes) => this.#receive(bytes),
      close: () => {
        this.closed = true;
      },
      onData: () => undefined,
      onClose: () => undefined,
    };
  }

  /** The client may take messages from the next turn on. */
  get linked(): boolean {
    return this.#stage === 'messages';
  }

  /** Sends one message in the form that was agreed. */
  send(type: number, body: Uint8Array = new Uint8Array(0), subList = 0): void {
    this.#serial += 1n;
    const header =
      this.#options.fullHeader === true
        ? new ByteWriter(18).u64(this.#serial).u16(type).u32(body.length).u32(subList)
        : new ByteWriter(6).u16(type).u32(body.length);
    this.raw(Uint8Array.from([...header.bytes, ...body]));
  }

  /** Sends bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.transport.onData(bytes);
  }

  #receive(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    switch (this.#stage) {
      case 'request':
        this.requested.connectionId = view.getUint32(16, true);
        this.requested.type = bytes[20] ?? 0;
        this.requested.id = bytes[21] ?? 0;
        this.#stage = 'ticket';
        queueMicrotask(() => this.raw(this.#options.reply ?? this.#reply()));
        return;
      case 'ticket':
        // The choice of SPICE's own authentication comes first; 128 bytes are the ticket.
        if (bytes.length < 128) return;
        this.#stage = 'messages';
        queueMicrotask(() => this.raw(new ByteWriter(4).u32(this.#options.result ?? 0).bytes));
        return;
      case 'messages': {
        const [header, typeAt] = this.#options.fullHeader === true ? [18, 8] : [6, 0];
        for (let at = 0; at < bytes.length; ) {
          const body = at + header;
          const end = body + view.getUint32(at + typeAt + 2, true);
          this.received.push({
            type: view.getUint16(at + typeAt, true),
            body: [...bytes.subarray(body, end)],
          });
          at = end;
        }
      }
    }
  }

  #reply(): Uint8Array {
    // Bits 0 and 1: the choice of an authentication and SPICE's own; bit 3: the mini header.
    const common = this.#options.fullHeader === true ? 0b0011 : 0b1011;
    return new ByteWriter(16 + 178 + 4)
      .u32(0x51444552)
      .u32(2)
      .u32(2)
      .u32(178 + 4)
      .u32(this.#options.error ?? 0)
      .put(this.#key)
      .u32(1)
      .u32(0)
      .u32(178)
      .u32(common).bytes;
  }
}

export interface ServerOptions {
  readonly fullHeader?: boolean;
  /** A link_err in the reply. */
  readonly error?: number;
  /** A link_err after the ticket. */
  readonly result?: number;
  /** Instead of a proper reply. */
  readonly reply?: Uint8Array;
}

let sharedKey: Promise<Uint8Array> | undefined;

async function makeKey(): Promise<Uint8Array> {
  const pair = await crypto.subtle.generateKey(
    { name: 'RSA-OAEP', modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-1' },
    true,
    ['encrypt', 'decrypt'],
  );
  return new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
}
