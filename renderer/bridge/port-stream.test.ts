import { expect, test } from 'vitest';
import { STREAM_WINDOW } from '../../backend/contract/desktop.ts';
import { portStream } from './port-stream.ts';

class Port {
  readonly sent: unknown[] = [];
  isClosed = false;
  postMessage(message: unknown): void {
    this.sent.push(message);
  }
  close(): void {
    this.isClosed = true;
  }
}

test('bytes sent early leave in order once the port is there, as copies', () => {
  const { stream, opened } = portStream();
  const buffer = Uint8Array.of(1);
  stream.send(buffer);
  buffer[0] = 9;
  stream.send(buffer);
  const port = new Port();
  opened(port);
  expect(port.sent).toEqual([Uint8Array.of(1), Uint8Array.of(9)]);
});

test('two windows may be unacknowledged, then it holds back until the other side has consumed', () => {
  const { stream, opened, received } = portStream();
  const port = new Port();
  opened(port);
  for (let count = 0; count < 5; count += 1) stream.send(new Uint8Array(STREAM_WINDOW));
  expect(port.sent.length).toBe(3);
  received(STREAM_WINDOW);
  expect(port.sent.length).toBe(4);
});

test('what arrives is acknowledged every window', () => {
  const { stream, opened, received } = portStream();
  const port = new Port();
  let got = 0;
  stream.onData = (bytes) => {
    got += bytes.byteLength;
  };
  opened(port);
  received(new Uint8Array(STREAM_WINDOW - 1));
  expect(port.sent).toEqual([]);
  received(new Uint8Array(2));
  expect(port.sent).toEqual([STREAM_WINDOW + 1]);
  expect(got).toBe(STREAM_WINDOW + 1);
});

test('what the receiver transfers away is acknowledged all the same', () => {
  const { stream, opened, received } = portStream();
  const port = new Port();
  stream.onData = (bytes) => void structuredClone(bytes, { transfer: [bytes.buffer] });
  opened(port);
  received(new Uint8Array(STREAM_WINDOW));
  expect(port.sent).toEqual([STREAM_WINDOW]);
});

test('the end is told once, from either side', () => {
  const ends: string[] = [];
  const theirs = portStream();
  theirs.stream.onClose = (reason) => ends.push(reason);
  theirs.opened(new Port());
  theirs.received(null);
  theirs.ended('late');
  expect(ends).toEqual(['']);

  const ours = portStream();
  const port = new Port();
  ours.opened(port);
  ours.stream.close();
  expect(port.sent).toEqual([null]);
  expect(port.isClosed).toBe(true);

  const early = portStream();
  const late = new Port();
  early.stream.close();
  early.opened(late);
  expect(late.isClosed).toBe(true);
});
