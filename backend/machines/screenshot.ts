import { randomBytes } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../contract/fault.ts';
import { encodePng } from '../protocols/png/encode.ts';
import type { Machine } from './machine.ts';

export interface Picture {
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
}

/** The header of a binary PPM as QEMU writes it: `P6\n640 480\n255\n` (netpbm's ppm(5)). */
const HEADER = /^P6\s+(\d{1,5})\s+(\d{1,5})\s+255\s/;
const LONGEST_HEADER = 64;

/** The screen as QEMU's screendump gives it, made narrower by picking pixels where `maxWidth` asks for it. */
export async function takeScreenshot(machine: Machine, maxWidth?: number): Promise<Picture> {
  const guest = machine.requireGuest('it shows nothing');
  const file = join(machine.runtime.folder, `screen-${randomBytes(4).toString('hex')}.ppm`);
  try {
    await guest.qmp.execute('screendump', { filename: file });
    return await readPpm(file, maxWidth);
  } finally {
    await unlink(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

async function readPpm(path: string, maxWidth: number | undefined): Promise<Picture> {
  const file = await open(path, 'r');
  try {
    const head = (await file.read(Buffer.alloc(LONGEST_HEADER), 0, LONGEST_HEADER, 0)).buffer.toString(
      'latin1',
    );
    const [header, wide, high] = HEADER.exec(head) ?? [];
    if (header === undefined || wide === undefined || high === undefined) {
      throw new Fault({
        code: 'internal',
        message: 'QEMU’s screendump is not a PPM picture.',
        detail: head.slice(0, 20),
      });
    }
    const source = { width: Number(wide), height: Number(high) };
    const width = Math.min(source.width, maxWidth ?? source.width);
    const height = Math.max(1, Math.round((source.height * width) / source.width));
    const rgb = Buffer.allocUnsafe(width * height * 3);
    if (width === source.width) {
      await file.read(rgb, 0, rgb.length, header.length);
    } else {
      // Only the rows that are wanted are read: a thumbnail of a 4K screen touches one row in twenty.
      const row = Buffer.allocUnsafe(source.width * 3);
      for (let y = 0; y < height; y += 1) {
        const from = Math.floor(((y + 0.5) * source.height) / height);
        await file.read(row, 0, row.length, header.length + from * row.length);
        for (let x = 0; x < width; x += 1) {
          const at = Math.floor(((x + 0.5) * source.width) / width) * 3;
          row.copy(rgb, (y * width + x) * 3, at, at + 3);
        }
      }
    }
    return { png: await encodePng(rgb, width, height), width, height };
  } finally {
    await file.close();
  }
}
