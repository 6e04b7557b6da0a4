import { afterEach, expect, test, vi } from 'vitest';
import type { ByteStream } from '../../../bridge/bridge.ts';
import { serveUri } from './socket-scheme.ts';
import { StreamSocket } from './stream-socket.ts';

class LoopStream implements ByteStream {
  onOpen: (() => void) | null = null;
  onData: ((bytes: Uint8Array) => void) | null = null;
  onClose: ((reason: string | null) => void) | null = null;
  readonly sent: number[][] = [];
  closed = false;
  send(bytes: Uint8Array): void {
    this.sent.push([...bytes]);
  }
  close(): void {
    this.closed = true;
  }
}

const browserSocket = globalThis.WebSocket;
afterEach(() => {
  expect(globalThis.WebSocket).toBe(browserSocket);
});

test('opens, carries bytes both ways and closes like a WebSocket', async () => {
  const stream = new LoopStream();
  const socket = new StreamSocket('innkeeper-spice:1', stream);
  const seen: string[] = [];
  socket.addEventListener('open', function (this: unknown) {
    seen.push(this === socket ? 'open' : 'open with a wrong this');
  });
  socket.addEventListener('message', (event) => {
    if (event instanceof MessageEvent) seen.push(new Uint8Array(event.data).join());
  });
  socket.addEventListener('close', () => seen.push('close'));
  expect(() => socket.send(new ArrayBuffer(1))).toThrow('not open yet');
  stream.onOpen?.();
  socket.send(new Uint8Array([1, 2, 3]).buffer);
  stream.onData?.(new Uint8Array([9, 8, 7, 6]).subarray(1, 3));
  socket.close();
  expect(seen).toEqual(['open', '8,7']);
  await Promise.resolve();
  socket.close();
  stream.onClose?.('late');
  expect(seen).toEqual(['open', '8,7', 'close']);
  expect(stream.sent).toEqual([[1, 2, 3]]);
  expect(stream.closed).toBe(true);
});

test('a stream that ends is an abnormal close with its reason', () => {
  const stream = new LoopStream();
  const socket = new StreamSocket('innkeeper-spice:1', stream);
  socket.onclose = vi.fn();
  stream.onClose?.('the guest ended');
  expect(socket.onclose).toHaveBeenCalledWith(
    expect.objectContaining({ code: 1006, reason: 'the guest ended' }),
  );
  expect(socket.readyState).toBe(StreamSocket.CLOSED);
});

test('WebSocket is replaced only while a viewer lives, and only for its own URIs', () => {
  const first = serveUri(() => new LoopStream());
  const second = serveUri(() => new LoopStream());
  expect(new WebSocket(first.uri, 'binary')).toBeInstanceOf(StreamSocket);
  const other = new WebSocket('ws://127.0.0.1:1/');
  other.addEventListener('error', () => {});
  expect(other).toBeInstanceOf(browserSocket);
  expect(WebSocket.OPEN).toBe(1);
  other.close();
  first[Symbol.dispose]();
  expect(() => new WebSocket(first.uri)).toThrow('is closed');
  expect(new WebSocket(second.uri)).toBeInstanceOf(StreamSocket);
  second[Symbol.dispose]();
  expect(globalThis.WebSocket).toBe(browserSocket);
});
