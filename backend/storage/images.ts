import { constants } from 'node:fs';
import { access, open, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type ImageFormat, imageFormat } from '../contract/devices.ts';
import { Fault } from '../contract/fault.ts';
import { diskFull, fileFault } from '../store/atomic-file.ts';
import { runProgram } from './run-program.ts';

export interface ImageFacts {
  readonly path: string;
  readonly kind: 'disk' | 'cd';
  readonly format: ImageFormat;
  /** What a guest sees, bytes. */
  readonly sizeBytes: number;
}

/** ISO 9660 §6.7.1 and ECMA-119: the volume descriptors begin in sector 16; each starts with a type byte and `CD001`. */
const ISO_IDENTIFIER_AT = 16 * 2048 + 1;
const INSPECT_TIMEOUT = 20_000;

/** Overlays of overlays: more than this is a loop or a mistake. */
const DEEPEST_CHAIN = 16;

const imageInfo = z.object({
  format: z.string(),
  'virtual-size': z.number(),
  'backing-filename': z.string().optional(),
  'full-backing-filename': z.string().optional(),
  encrypted: z.boolean().optional(),
  'format-specific': z
    .object({
      data: z
        .object({
          /** qcow2: the file that holds the guest's data, docs/interop/qcow2.txt "External data file name". */
          'data-file': z.string().optional(),
          /** vmdk: the files a descriptor names. */
          extents: z.array(z.object({ filename: z.string().optional() })).optional(),
        })
        .optional(),
    })
    .optional(),
});
type ImageInfo = z.infer<typeof imageInfo>;

/**
 * What an image is: found out once, when a person brings it, and written into the definition. QEMU itself never
 * guesses, so a guest that writes a qcow2 header into its raw disk gains nothing while it runs. An image may lean only
 * on files of its own folder: QEMU opens them with the person's rights, and one from a stranger, or one that a guest
 * has written itself, could name any file and show it to the guest.
 */
export async function inspectImage(qemuImg: string, path: string): Promise<ImageFacts> {
  await checkReadable(path);
  if (await isIso(path)) {
    const { size } = await stat(path);
    return { path, kind: 'cd', format: 'iso', sizeBytes: size };
  }
  const info = await readInfo(qemuImg, path);
  const format = imageFormat.safeParse(info.format);
  if (!format.success) {
    throw new Fault({
      code: 'not-supported',
      message: `${path} is a ${info.format} image, which Innkeeper does not attach.`,
      remedy: `Convert it first: qemu-img convert -O qcow2 '${path}' '${path}.qcow2'`,
      path: ['path'],
    });
  }
  if (info.encrypted === true) {
    throw new Fault({
      code: 'not-supported',
      message: `${path} is encrypted, which Innkeeper cannot open.`,
      remedy: 'Decrypt it into a new image with qemu-img convert.',
      path: ['path'],
    });
  }
  await checkNeighbours(qemuImg, path, info, 0);
  return { path, kind: 'disk', format: format.data, sizeBytes: info['virtual-size'] };
}

/** Of this one image: `info` opens no backing file unless it is told to. */
async function readInfo(qemuImg: string, path: string): Promise<ImageInfo> {
  const { stdout } = await runProgram(qemuImg, ['info', '--output=json', '--force-share', path], {
    timeoutMs: INSPECT_TIMEOUT,
  });
  return imageInfo.parse(JSON.parse(stdout));
}

async function checkNeighbours(qemuImg: string, path: string, info: ImageInfo, depth: number): Promise<void> {
  const specific = info['format-specific']?.data;
  const others = [specific?.['data-file'], ...(specific?.extents ?? []).map((extent) => extent.filename)];
  for (const other of others) {
    if (other !== undefined && other !== path) await checkNeighbour(path, other);
  }
  const backing = info['full-backing-filename'] ?? info['backing-filename'];
  if (backing === undefined) return;
  if (depth >= DEEPEST_CHAIN) throw leansBadly(path, `builds on more than ${DEEPEST_CHAIN} other images`);
  await checkNeighbour(path, backing);
  await checkNeighbours(qemuImg, backing, await readInfo(qemuImg, backing), depth + 1);
}

/** The file must be a plain one and lie, with all links followed, in the folder of the image or below it. */
async function checkNeighbour(path: string, other: string): Promise<void> {
  if (!other.startsWith('/')) throw leansBadly(path, `builds on “${other}”, which is not a plain file`);
  let real: string;
  try {
    real = await realpath(other);
    await access(real, constants.R_OK);
  } catch (error) {
    throw new Fault(
      {
        code: 'not-found',
        message: `${path} builds on ${other}, which cannot be read.`,
        remedy: 'Put that file back where the image expects it.',
        path: ['path'],
      },
      { cause: error },
    );
  }
  const folder = await realpath(dirname(path));
  if (!real.startsWith(`${folder}/`)) {
    throw leansBadly(path, `builds on ${other} in another folder, and its guest could read that file`);
  }
}

function leansBadly(path: string, how: string): Fault {
  return new Fault({
    code: 'not-supported',
    message: `${path} ${how}.`,
    remedy: `If you trust it, make it stand alone: qemu-img convert -O qcow2 '${path}' NEW.qcow2`,
    path: ['path'],
  });
}

/** Throws a Fault when the file is not there, not a file, or not readable (or writable, where that is asked). */
export async function checkReadable(path: string, write = false): Promise<void> {
  try {
    const found = await stat(path);
    if (!found.isFile() && !found.isBlockDevice()) {
      throw new Fault({
        code: 'bad-input',
        message: `${path} is ${found.isDirectory() ? 'a folder' : 'not a file'}, not a disk image.`,
        remedy: 'Give the path of an image file or a block device.',
        path: ['path'],
      });
    }
    if (found.isFile() && found.size === 0) {
      throw new Fault({
        code: 'bad-input',
        message: `${path} is empty (0 bytes), not a disk image.`,
        remedy: `Make it as large as the disk should be, for example: qemu-img create -f raw '${path}' 1G`,
        path: ['path'],
      });
    }
    // Opened for real: root passes access(2) where a read-only file system or another's lock would not let it write.
    const file = await open(path, write ? constants.O_RDWR : constants.O_RDONLY);
    await file.close();
  } catch (error) {
    throw fileFault(error, path, write ? 'written' : 'read');
  }
}

async function isIso(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(5), 0, 5, ISO_IDENTIFIER_AT);
    return bytesRead === 5 && buffer.toString('latin1') === 'CD001';
  } finally {
    await file.close();
  }
}

/** Makes an empty, growing qcow2 image. What a failure leaves is for the caller to clear away. */
export async function createImage(
  qemuImg: string,
  path: string,
  sizeBytes: number,
  signal?: AbortSignal,
): Promise<void> {
  const args = ['create', '-q', '-f', 'qcow2', '-o', 'lazy_refcounts=on', path, String(sizeBytes)];
  try {
    await runProgram(qemuImg, args, { timeoutMs: 60_000, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (error instanceof Fault && error.code === 'no-space') throw diskFull(path, 'made', error);
    throw error;
  }
}
