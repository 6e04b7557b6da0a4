import { Acknowledgements } from '../../../../renderer/spice/link/acknowledgements.ts';
import { type HeaderForm, MessageAssembler } from '../../../../renderer/spice/link/message-assembler.ts';
import { AcknowledgeAhead } from '../acknowledge-ahead.ts';
import { headers, message, words } from './spice-bytes.ts';

const [ACK_SYNC, ACK, OTHER] = [1, 2, 101];
const [SET_ACK, DRAW] = [3, 304];

/** What a server says: a window, or something that is drawn. */
export interface Said {
  readonly window: number | null;
  readonly size: number;
}

/**
 * For tests: a display channel's two ends with AcknowledgeAhead between them, as far as they acknowledge. The server counts as
 * spice-server does (red-channel-client.cpp), but what it has sent by what has been passed on, which is the least it can be; it
 * throws where its count would run under. The client is the viewer's own counting.
 */
export class DisplayEnds {
  /** What the client said and the server got, without acknowledgements. */
  readonly clientSaid: string[] = [];
  readonly serverGot: string[] = [];
  window = 0;
  /** The server's count. */
  unacknowledged = 0;
  readonly #form: HeaderForm;
  readonly #ahead: AcknowledgeAhead;
  readonly #script: readonly Said[];
  readonly #stream: Buffer;
  /** Where each message of the stream ends. */
  readonly #ends: readonly number[];
  #place = 0;
  #next = 0;
  #generation = 0;
  #confirmed = 0;
  readonly #fromClient: MessageAssembler;
  readonly #fromServer: MessageAssembler;
  readonly #acknowledgements: Acknowledgements;
  #clientOut = Buffer.alloc(0);

  constructor(form: HeaderForm, script: readonly Said[]) {
    this.#form = form;
    this.#script = script;
    this.#ahead = new AcknowledgeAhead(form);
    this.#fromClient = new MessageAssembler(form, 'server', 1e6);
    this.#fromServer = new MessageAssembler(form, 'client', 1e6);
    this.#acknowledgements = new Acknowledgements(form);
    let generation = 0;
    const messages = script.map(({ window, size }) => {
      if (window === null) return message(form, DRAW, size);
      generation += 1;
      return message(form, SET_ACK, words(generation, window));
    });
    this.#stream = Buffer.concat(messages);
    let end = 0;
    this.#ends = messages.map((bytes) => {
      end += bytes.length;
      return end;
    });
  }

  serverSends(count: number): void {
    const chunk = this.#stream.subarray(this.#place, this.#place + count);
    this.#place += chunk.length;
    for (; (this.#ends[this.#next] ?? Infinity) <= this.#place; this.#next += 1) this.#count();
    const due = this.#ahead.passed(chunk, 0);
    // A copy, as it comes from a network.
    const arrived = new Uint8Array(chunk);
    this.#acknowledgements.arrive(arrived);
    this.#fromServer.push(arrived);
    this.#clientAcknowledges();
    if (due !== null) this.#serverReceives(due);
  }

  clientHandles(count: number): void {
    for (let left = count; left > 0 && this.#fromServer.next(); left -= 1) {
      if (this.#fromServer.type === SET_ACK) {
        const body = Buffer.from(this.#fromServer.body);
        this.#acknowledgements.setWindow(body.readUInt32LE(4));
        this.#clientSays(message(this.#form, ACK_SYNC, body.subarray(0, 4)));
      } else this.#clientSays(message(this.#form, OTHER, this.#fromServer.body.length));
      this.#acknowledgements.handle();
      this.#clientAcknowledges();
    }
  }

  clientSends(count: number): void {
    const chunk = this.#clientOut.subarray(0, count);
    this.#clientOut = this.#clientOut.subarray(chunk.length);
    for (const part of this.#ahead.sent(chunk)) this.#serverReceives(part);
  }

  /** All that is under way arrives. */
  finish(): void {
    this.serverSends(this.#stream.length);
    this.clientHandles(Infinity);
    this.clientSends(Infinity);
  }

  #count(): void {
    const said = this.#script[this.#next];
    if (said === undefined) return;
    if (said.window === null) {
      this.unacknowledged += this.window > 0 ? 1 : 0;
      return;
    }
    this.#generation += 1;
    this.window = said.window;
    this.unacknowledged = 0;
  }

  #clientAcknowledges(): void {
    for (let due = this.#acknowledgements.take(); due > 0; due -= 1) {
      this.#clientSays(message(this.#form, ACK));
    }
  }

  #clientSays(bytes: Buffer): void {
    this.#clientOut = Buffer.concat([this.#clientOut, bytes]);
    const type = bytes.readUInt16LE(headers[this.#form].typeAt);
    if (type !== ACK) this.clientSaid.push(`${type}: ${bytes.length - headers[this.#form].bytes}`);
  }

  #serverReceives(bytes: Uint8Array): void {
    this.#fromClient.push(new Uint8Array(bytes));
    while (this.#fromClient.next()) {
      const { type, body } = this.#fromClient;
      if (type !== ACK) this.serverGot.push(`${type}: ${body.length}`);
      if (type === ACK_SYNC) this.#confirmed = Buffer.from(body).readUInt32LE(0);
      if (type !== ACK || this.#confirmed !== this.#generation) continue;
      this.unacknowledged -= this.window;
      if (this.unacknowledged < 0) throw new Error('the server’s count runs under');
    }
  }
}
