import type { HeaderForm } from './message-assembler.ts';

/** messages common to all channels: SPICE_MSG_SET_ACK (spice/enums.h). */
const SET_ACK = 3;

/**
 * When the server's window says that an acknowledgement is due. It sends two windows of messages and then waits
 * (spice-server, red-channel-client.cpp: waiting_for_ack), so each one is given as soon as its messages have arrived and not only
 * when they have been drawn: that is the way to the server and back earlier. They run at most one window ahead of what has been
 * drawn, which keeps what waits here bounded.
 */
export class Acknowledgements {
  readonly #header: Uint8Array;
  readonly #typeAt: number;
  #headerFill = 0;
  /** Bytes of the body at hand that have not come yet. */
  #missing = 0;
  #type = 0;
  /** Of messages that set a window: seen in what arrived, and not handled. */
  #unhandledWindows = 0;
  #window = 0;
  // Messages since the last one that set the window.
  #arrived = 0;
  #handled = 0;
  #given = 0;

  constructor(form: HeaderForm) {
    this.#header = new Uint8Array(form === 'mini' ? 6 : 18);
    this.#typeAt = form === 'mini' ? 0 : 8;
  }

  /** Counts the messages that are whole with these bytes. */
  arrive(chunk: Uint8Array): void {
    const header = this.#header;
    const typeAt = this.#typeAt;
    for (let at = 0; at < chunk.length; ) {
      if (this.#headerFill < header.length) {
        header[this.#headerFill] = chunk[at] as number;
        this.#headerFill += 1;
        at += 1;
        if (this.#headerFill < header.length) continue;
        this.#type = (header[typeAt] as number) | ((header[typeAt + 1] as number) << 8);
        this.#missing = sizeAt(header, typeAt + 2);
      }
      const taken = Math.min(this.#missing, chunk.length - at);
      this.#missing -= taken;
      at += taken;
      if (this.#missing > 0) return;
      this.#headerFill = 0;
      this.#whole();
    }
  }

  /** A message that sets the window is being handled; 0: the server wants none. */
  setWindow(window: number): void {
    // One that lay inside another message was not seen when it arrived.
    if (this.#unhandledWindows === 0) this.#arrived = 0;
    else this.#unhandledWindows -= 1;
    this.#window = window;
    // That message itself follows as handled.
    this.#handled = -1;
    this.#given = 0;
  }

  handle(): void {
    this.#handled += 1;
  }

  /** How many are to be sent now. */
  take(): number {
    if (this.#window === 0 || this.#unhandledWindows > 0) return 0;
    const before = this.#given;
    for (let next = (before + 1) * this.#window; this.#isDue(next); next += this.#window) this.#given += 1;
    return this.#given - before;
  }

  /** Whether the window that ends with this message is. */
  #isDue(end: number): boolean {
    return Math.max(this.#arrived, this.#handled) >= end && this.#handled >= end - this.#window;
  }

  #whole(): void {
    if (this.#type === SET_ACK) {
      this.#unhandledWindows += 1;
      this.#arrived = 0;
    } else this.#arrived += 1;
  }
}

function sizeAt(header: Uint8Array, at: number): number {
  const low = (header[at] as number) | ((header[at + 1] as number) << 8) | ((header[at + 2] as number) << 16);
  return low + (header[at + 3] as number) * 2 ** 24;
}
