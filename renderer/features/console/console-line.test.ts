import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ByteStream } from '../../bridge/bridge.ts';
import { ConsoleLine } from './console-line.ts';

class LoopStream implements ByteStream {
  onOpen: (() => void) | null = null;
  onData: ((bytes: Uint8Array) => void) | null = null;
  onClose: ((reason: string | null) => void) | null = null;
  readonly sent: Uint8Array[] = [];
  closed = false;
  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }
  close(): void {
    this.closed = true;
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const streams: LoopStream[] = [];
  const phases: string[] = [];
  const line = new ConsoleLine(
    () => {
      const stream = new LoopStream();
      streams.push(stream);
      return stream;
    },
    () => {},
    (phase) => phases.push(phase),
  );
  return { line, streams, phases };
}

test('opens, is lost, and comes back by itself', () => {
  const { line, streams, phases } = setUp();
  line.want(true);
  streams[0]?.onOpen?.();
  streams[0]?.onClose?.('the back end is gone');
  vi.advanceTimersByTime(400);
  streams[1]?.onOpen?.();
  expect(phases).toEqual(['connecting', 'open', 'lost', 'lost', 'open']);
  line[Symbol.dispose]();
  expect(streams[1]?.closed).toBe(true);
});

test('tries less and less often, and not at all when it is not wanted', () => {
  const { line, streams } = setUp();
  line.want(true);
  for (let count = 0; count < 8; count += 1) {
    streams.at(-1)?.onClose?.('no');
    vi.advanceTimersByTime(5000);
  }
  expect(streams.length).toBe(9);
  line.want(false);
  vi.advanceTimersByTime(60_000);
  expect(streams.length).toBe(9);
});
