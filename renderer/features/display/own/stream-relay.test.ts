import { expect, test } from 'vitest';
import type { ByteStream } from '../../../bridge/bridge.ts';
import type { ToWorker } from './messages.ts';
import { StreamRelay } from './stream-relay.ts';

class Stream implements ByteStream {
  onOpen: (() => void) | null = null;
  onData: ((bytes: Uint8Array<ArrayBuffer>) => void) | null = null;
  onClose: ((reason: string) => void) | null = null;
  readonly sent: number[][] = [];
  isClosed = false;
  send(bytes: Uint8Array): void {
    this.sent.push([...bytes]);
  }
  close(): void {
    this.isClosed = true;
    this.onClose?.('');
  }
}

function setUp() {
  const streams: Stream[] = [];
  const told: ToWorker[] = [];
  const relay = new StreamRelay({ postMessage: (message) => void told.push(message) }, () => {
    const stream = new Stream();
    streams.push(stream);
    return stream;
  });
  const open = (number: number): Stream => {
    relay.handle({ kind: 'open', stream: number });
    const stream = streams.at(-1);
    if (stream === undefined) throw new Error('no stream was opened');
    return stream;
  };
  return { relay, told, open };
}

test('carries bytes both ways, each stream apart', () => {
  const { relay, told, open } = setUp();
  const [one, two] = [open(1), open(2)];
  relay.handle({ kind: 'send', stream: 2, bytes: Uint8Array.of(7) });
  expect([one.sent, two.sent]).toEqual([[], [[7]]]);
  one.onData?.(Uint8Array.of(1, 2, 3).subarray(1));
  expect(told).toEqual([{ kind: 'data', stream: 1, bytes: Uint8Array.of(2, 3) }]);
  expect(relay.bytesIn).toBe(2);
});

test('tells the end once, and nothing after the Worker hung up', () => {
  const { relay, told, open } = setUp();
  const [one, two] = [open(1), open(2)];
  one.onClose?.('the guest ended');
  one.onData?.(Uint8Array.of(1));
  relay.handle({ kind: 'hangUp', stream: 2 });
  two.onData?.(Uint8Array.of(1));
  expect(two.isClosed).toBe(true);
  expect(told).toEqual([{ kind: 'ended', stream: 1, reason: 'the guest ended' }]);
});

test('a stream whose bytes nobody takes ends', () => {
  const { relay, told, open } = setUp();
  const stream = open(1);
  const chunk = new Uint8Array(64 * 1024 * 1024);
  for (let count = 0; count < 4; count += 1) stream.onData?.(chunk);
  relay.handle({ kind: 'taken', stream: 1, bytes: chunk.byteLength });
  stream.onData?.(chunk);
  expect(stream.isClosed).toBe(false);
  stream.onData?.(chunk);
  expect(stream.isClosed).toBe(true);
  expect(told.filter(({ kind }) => kind === 'ended')).toHaveLength(1);
});

test('disposing closes every stream', () => {
  const { relay, open } = setUp();
  const streams = [open(1), open(2)];
  relay[Symbol.dispose]();
  expect(streams.every(({ isClosed }) => isClosed)).toBe(true);
});
