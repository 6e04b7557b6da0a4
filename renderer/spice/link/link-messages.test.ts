import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../protocol/byte-writer.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { capabilityWords, hasCapability } from './capabilities.ts';
import { LinkError, linkErrorOf } from './link-error.ts';
import { linkRequest, readLinkHeader, readLinkReply } from './link-messages.ts';

test('a request holds its capabilities after the 18 bytes of SpiceLinkMess', () => {
  const request = linkRequest({ connectionId: 5, type: 2, id: 1, common: [11], own: [33, 1] });
  expect(new TextDecoder().decode(request.subarray(0, 4))).toBe('REDQ');
  const view = new DataView(request.buffer);
  expect([view.getUint32(12, true), view.getUint32(16, true), view.getUint32(30, true)]).toEqual([30, 5, 18]);
  expect([34, 38, 42].map((at) => view.getUint32(at, true))).toEqual([11, 33, 1]);
});

test('capability words hold bit n in word n ÷ 32', () => {
  const words = capabilityWords([0, 3, 31, 40]);
  expect(words).toEqual([0x80000009, 0x100]);
  expect([0, 1, 3, 31, 40, 41, 999].map((bit) => hasCapability(words, bit))).toEqual([
    true,
    false,
    true,
    true,
    true,
    false,
    false,
  ]);
});

test('random bytes give a reply or an error in words', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      for (const read of [readLinkHeader, readLinkReply]) {
        try {
          read(bytes);
        } catch (error) {
          if (!(error instanceof ProtocolError || error instanceof LinkError)) throw error;
        }
      }
    }),
  );
});

test('what is no SPICE server, another version, a reply too long', () => {
  const header = (magic: number, major: number, size: number) =>
    new ByteWriter(16).u32(magic).u32(major).u32(2).u32(size).bytes;
  expect(() => readLinkHeader(header(0x50545448, 2, 200))).toThrow('no SPICE server');
  expect(() => readLinkHeader(header(0x51444552, 1, 200))).toThrow('version 1.2');
  expect(() => readLinkHeader(header(0x51444552, 2, 2 ** 31))).toThrow(ProtocolError);
  expect(readLinkHeader(header(0x51444552, 2, 186))).toBe(186);
});

test('every link error has words', () => {
  expect(linkErrorOf(7)).toMatchObject({ kind: 'permissionDenied' });
  expect(linkErrorOf(77).message).toContain('77');
});
