import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packedKernel, packingOf, unpackedImage } from './kernel-image.ts';

/** A bzImage with one setup sector after the boot sector. */
function bzImage(payload: Uint8Array): Uint8Array {
  const image = new Uint8Array(1024 + 16 + payload.length + 4);
  const view = new DataView(image.buffer);
  view.setUint8(0x1f1, 1);
  view.setUint32(0x202, 0x53726448, true);
  view.setUint16(0x206, 0x20f, true);
  view.setUint32(0x248, 16, true);
  view.setUint32(0x24c, payload.length + 4, true);
  image.set(payload, 1024 + 16);
  return image;
}

function elf(
  segments: readonly { address: number; bytes: readonly number[]; occupied: number }[],
): Uint8Array {
  const tableEnd = 64 + segments.length * 56;
  const image = new Uint8Array(tableEnd + segments.reduce((sum, { bytes }) => sum + bytes.length, 0));
  const view = new DataView(image.buffer);
  image.set([0x7f, 0x45, 0x4c, 0x46, 2]);
  view.setBigUint64(0x20, 64n, true);
  view.setUint16(0x36, 56, true);
  view.setUint16(0x38, segments.length, true);
  let offset = tableEnd;
  for (const [index, { address, bytes, occupied }] of segments.entries()) {
    const at = 64 + index * 56;
    view.setUint32(at, 1, true);
    view.setBigUint64(at + 0x08, BigInt(offset), true);
    view.setBigUint64(at + 0x18, BigInt(address), true);
    view.setBigUint64(at + 0x20, BigInt(bytes.length), true);
    view.setBigUint64(at + 0x28, BigInt(occupied), true);
    image.set(bytes, offset);
    offset += bytes.length;
  }
  return image;
}

const kernel = elf([
  { address: 0x1000000, bytes: [1, 2, 3], occupied: 3 },
  { address: 0x1200000, bytes: [4, 5], occupied: 0x1000 },
]);

test('finds the packed kernel, without the size behind it', () => {
  const payload = new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 9, 9]);
  const packed = packedKernel(bzImage(payload));
  expect(packed).toEqual(payload);
  expect(packingOf(packed ?? new Uint8Array())).toBe('xz');
  expect(packingOf(new Uint8Array([0x28, 0xb5, 0x2f, 0xfd]))).toBe('zstd');
  expect(packingOf(new Uint8Array([0x02, 0x21, 0x4c, 0x18]))).toBe('other');
});

test('lays the segments out at their addresses behind the stub, loaded at 1 MiB', () => {
  const image = unpackedImage(bzImage(new Uint8Array(8)), kernel);
  const view = new DataView(image.buffer);
  const at = (address: number) => image[1024 + address - 0x100000];
  expect([at(0x1000000), at(0x1000002), at(0x1200000), at(0x1200001), at(0x1200002)]).toEqual([
    1, 3, 4, 5, 0,
  ]);
  expect(view.getUint8(0x234)).toBe(0);
  expect(view.getUint32(0x260, true)).toBe(0x1201000 - 0x100000);
  // The stub: cli, cld; and in 64-bit mode add rax, 15 MiB.
  expect([at(0x100000), at(0x100001)]).toEqual([0xfa, 0xfc]);
  expect(view.getUint32(1024 + 0x100 + 17, true)).toBe(0xf00000);
});

test('a kernel that is not one is refused, with the reason', () => {
  expect(() => unpackedImage(bzImage(new Uint8Array(8)), new Uint8Array(100))).toThrow(
    'not a 64-bit ELF file',
  );
  const low = elf([{ address: 0x1000, bytes: [1], occupied: 1 }]);
  expect(() => unpackedImage(bzImage(new Uint8Array(8)), low)).toThrow('not where a kernel has them');
  expect(() => unpackedImage(bzImage(new Uint8Array(8)), kernel.subarray(0, -1))).toThrow('cut off');
});

test('any bytes are either refused or stay within their bounds', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2048 }), (bytes) => {
      packedKernel(bytes);
      const broken = kernel.slice();
      broken.set(bytes.subarray(0, 64), 5);
      try {
        unpackedImage(bzImage(new Uint8Array(8)), broken);
      } catch (error) {
        expect(error).toMatchObject({ code: 'not-supported' });
      }
    }),
  );
});
