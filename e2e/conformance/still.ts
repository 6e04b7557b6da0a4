import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Guest } from './guest.ts';
import { modes } from './modes.ts';
import { compare, type Row } from './oracles.ts';
import { Viewer } from './viewer.ts';

/** Mode 13h (320×200, no cursor that blinks) filled with all 256 colours in diagonal stripes, and then nothing any more. */
const BOOT_SECTOR = Uint8Array.of(
  ...[0xfc, 0xb8, 0x13, 0x00, 0xcd, 0x10], // cld; mov ax, 13h; int 10h
  ...[0xb8, 0x00, 0xa0, 0x8e, 0xc0, 0x31, 0xff], // mov ax, A000h; mov es, ax; xor di, di
  ...[0xb9, 0x00, 0xfa, 0xaa, 0x40, 0xe2, 0xfc], // mov cx, 64000; again: stosb; inc ax; loop again
  ...[0xf4, 0xeb, 0xfd], // rest: hlt; jmp rest
);

/** A guest of 24 bytes in each of the server's own modes: so it is the first picture, sent as a whole, that comes in them. */
export async function stillRows(report: (row: Row) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'innkeeper-still-'));
  try {
    const disk = join(folder, 'disk');
    // Larger than its one sector: of a disk of 512 bytes with a snapshot over it the BIOS can read nothing.
    const sector = new Uint8Array(1024 * 1024);
    sector.set(BOOT_SECTOR);
    sector.set([0x55, 0xaa], 510);
    await writeFile(disk, sector);
    for (const { name, asked } of modes) {
      // QEMU has no name for LZ4; only a viewer can ask for it.
      const server = name === 'lz4' ? 'off' : name;
      const wish = name === 'lz4' ? asked : null;
      await using guest = await Guest.start({
        compression: server,
        disks: [disk],
        bus: 'ide',
        memoryMib: 64,
      });
      using first = await Viewer.connect(guest.spiceSocket, wish);
      const all = { leastColours: 100, spiceGtk: true };
      for (const row of await compare(guest, first, 'VGA, watched from the start', name, all)) report(row);
      using second = await Viewer.connect(guest.spiceSocket, wish);
      const again = { leastColours: 100, spiceGtk: false };
      for (const row of await compare(guest, second, 'VGA, first picture', name, again)) report(row);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
