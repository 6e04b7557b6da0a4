import type { Page } from '@playwright/test';
import type { Home } from '../fixtures/home.ts';
import { canvasHost } from './screen.ts';
import { lastPosition } from './walk.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** `struct input_event` without its time (Linux, input-event-codes.h). */
export interface InputEvent {
  readonly type: number;
  readonly code: number;
  readonly value: number;
}

export const EV_KEY = 1;
export const EV_REL = 2;
export const EV_ABS = 3;

let recordings = 0;

/** Reads in the demo guest what one of its input devices reports, from now on. */
export class GuestInput {
  readonly #home: Home;
  readonly #file: string;

  private constructor(home: Home, file: string) {
    this.#home = home;
    this.#file = file;
  }

  /** @param device part of its name as the guest's kernel has it. */
  static async record(home: Home, device: 'Tablet' | 'keyboard' | 'Mouse'): Promise<GuestInput> {
    // Its own, because nobody ends the recordings before it.
    recordings += 1;
    const file = `/tmp/input-${device}-${recordings}`;
    const find = `for e in /sys/class/input/event*; do grep -q ${device} $e/device/name && d=/dev/input/$(basename $e); done`;
    // Open before this ends: what happens from now on is in it.
    await home.inGuest('demo', `${find}; : > ${file}; exec 3<$d; (cat <&3 > ${file}) >/dev/null 2>&1 &`);
    return new GuestInput(home, file);
  }

  /** The guest pixel that the tablet pointed at last. */
  async position(size: Size): Promise<{ x: number; y: number }> {
    return lastPosition(await this.#events(), size);
  }

  /** Linux key codes in the order they were pressed. */
  async presses(): Promise<number[]> {
    const events = (await this.#events()).split('\n').filter((line) => line.length === 48);
    return events
      .map((line) => Buffer.from(line, 'hex'))
      .filter((event) => event.readUInt16LE(16) === 1 && event.readInt32LE(20) === 1)
      .map((event) => event.readUInt16LE(18));
  }

  /** The last `most` things that happened, oldest first. */
  async events(most: number): Promise<InputEvent[]> {
    const lines = (await this.#events(most)).split('\n').filter((line) => line.length === 48);
    return lines
      .map((line) => Buffer.from(line, 'hex'))
      .map((event) => ({
        type: event.readUInt16LE(16),
        code: event.readUInt16LE(18),
        value: event.readInt32LE(20),
      }));
  }

  /** Whether a key or button is down: what was last heard of it. */
  async isDown(code: number): Promise<boolean> {
    const changes = (await this.events(100)).filter((event) => event.type === EV_KEY && event.code === code);
    return (changes.at(-1)?.value ?? 0) !== 0;
  }

  /** The last `struct input_event` of 24 bytes, a line each. */
  async #events(most = 100): Promise<string> {
    return await this.#home.inGuest(
      'demo',
      `tail -c ${most * 24} ${this.#file} | hexdump -v -e '24/1 "%02x" "\\n"'`,
    );
  }
}

export async function canvasSize(page: Page): Promise<Size> {
  const canvas = page.locator(`${canvasHost} canvas`).first();
  return await canvas.evaluate(({ width, height }: HTMLCanvasElement) => ({ width, height }));
}
