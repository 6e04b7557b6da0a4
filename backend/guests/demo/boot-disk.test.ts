import { expect, test } from 'vitest';
import { masterBootRecord } from './boot-disk.ts';

test('keeps the boot code and writes one active Linux partition up to the end', () => {
  const record = masterBootRecord(new Uint8Array(512).fill(0xcc), 1024 * 1024 * 1024);
  const view = new DataView(record.buffer);
  expect([record[0], record[439], record[444]]).toEqual([0xcc, 0xcc, 0]);
  expect([view.getUint8(446), view.getUint8(450)]).toEqual([0x80, 0x83]);
  expect([view.getUint32(454, true), view.getUint32(458, true)]).toEqual([2048, 2095104]);
  expect(view.getUint16(510, true)).toBe(0xaa55);
});
