import { randomBytes } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../contract/fault.ts';
import { encodePng } from '../protocols/png/encode.ts';
import type { Machine } from './machine.ts';

/** The header of a binary PPM as QEMU writes it: `P6\n640 480\n255\n` (netpbm's ppm(5)). */
const HEADER = /^P6\s+(\d{1,5})\s+(\d{1,5})\s+255\s/;
const LONGEST_HEADER = 64;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Picture extends Size {
  readonly png: Buffer;
}

/** The screen as QEMU's screendump gives it, made narrower by picking pixels where `maxWidth` asks for it. */
export async function takeScreenshot(machine: Machine, maxWidth?: number): Promise<Picture> {
  return await withDump(machine, (file) => readPpm(file, maxWidth));
}

/** The guest's resolution. */
export async function screenSize(machine: Machine): Promise<Size> {
  return await withDump(machine, async (file) => {
    const { width, height } = await readHeader(file);
    return { width, height };
  });
}

async function withDump<T>(machine: Machine, read: (file: FileHandle) => Promise<T>): Promise<T> {
  const guest = machine.requireGuest('it shows nothing');
  const path = join(machine.runtime.folder, `screen-${randomBytes(4).toString('hex')}.ppm`);
  try {
    await guest.qmp.execute('screendump', { filename: path });
    const file = await open(path, 'r');
    try {
      return await read(file);
    } finally {
      await file.close();
    }
  } finally {
    await unlink(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

async function readHeader(file: FileHandle): Promise<Size & { readonly bytes: number }> {
  const head = (await file.read(Buffer.alloc(LONGEST_HEADER), 0, LONGEST_HEADER, 0)).buffer.toString(
    'latin1',
  );
  const [header, wide, high] = HEADER.exec(head) ?? [];
  if (header !== undefined && wide !== undefined && high !== undefined)
    return { width: Number(wide), height: Number(high), bytes: header.length };
  throw new Fault({
    code: 'internal',
    message: 'QEMU’s screendump is not a PPM picture.',
    detail: head.slice(0, 20),
  });
}

async function readPpm(file: FileHandle, maxWidth: number | undefined): Promise<Picture> {
  const source = await readHeader(file);
  const width = Math.min(source.width, maxWidth ?? source.width);
  const height = Math.max(1, Math.round((source.height * width) / source.width));
  const rgb = Buffer.allocUnsafe(width * height * 3);
  if (width === source.width) {
    await file.read(rgb, 0, rgb.length, source.bytes);
  } else {
    // Only the rows that are wanted are read: a thumbnail of a 4K screen touches one row in twenty.
    const row = Buffer.allocUnsafe(source.width * 3);
    for (let y = 0; y < height; y += 1) {
      const from = Math.floor(((y + 0.5) * source.height) / height);
      await file.read(row, 0, row.length, source.bytes + from * row.length);
      for (let x = 0; x < width; x += 1) {
        const at = Math.floor(((x + 0.5) * source.width) / width) * 3;
        row.copy(rgb, (y * width + x) * 3, at, at + 3);
      }
    }
  }
  return { png: await encodePng(rgb, width, height), width, height };
}
