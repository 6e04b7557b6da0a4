import { expect, test } from 'vitest';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { PixelRoom } from './pixel-room.ts';

test('what is taken for one drawing does not overlap, and is used again for the next', () => {
  const room = new PixelRoom();
  const first = room.take('test', 10, 10);
  const second = room.take('test', 20, 20);
  const third = room.take('test', 1, 1);
  first.data.fill(1);
  second.data.fill(2);
  third.data.fill(3);
  expect([...new Set(first.data)]).toEqual([1]);
  expect([...new Set(second.data)]).toEqual([2]);
  room.clear();
  const again = room.take('test', 20, 20);
  expect(again.data.buffer).toBe(third.data.buffer);
  expect(again.data).toHaveLength(400);
});

test('a size that no image may have is refused; one that is too large to keep is made for itself', () => {
  const room = new PixelRoom();
  expect(() => room.take('test', 0, 4)).toThrow(ProtocolError);
  const large = room.take('test', 4096, 2048);
  expect(room.take('test', 1, 1).data.buffer).not.toBe(large.data.buffer);
});
