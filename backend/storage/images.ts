import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { z } from 'zod';
import { type ImageFormat, imageFormat } from '../contract/devices.ts';
import { Fault } from '../contract/fault.ts';
import { fileFault } from '../store/atomic-file.ts';
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

const imageInfo = z.object({
  format: z.string(),
  'virtual-size': z.number(),
  'backing-filename': z.string().optional(),
  'full-backing-filename': z.string().optional(),
  encrypted: z.boolean().optional(),
  'format-specific': z.object({ data: z.object({ 'data-file': z.string().optional() }).optional() }).optional(),
});

/** Longer chains of backing files than this are a loop or a trap. */
const LONGEST_CHAIN = 64;

/**
 * What an image is: found out once, when a person brings it, and written into the definition. QEMU itself never
 * guesses, so a guest that writes a qcow2 header into its raw disk gains nothing.
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
  await checkChain(qemuImg, path, info);
  return { path, kind: 'disk', format: format.data, sizeBytes: info['virtual-size'] };
}

/** qemu-img opens the image alone here, not what it builds on. */
async function readInfo(qemuImg: string, path: string): Promise<z.infer<typeof imageInfo>> {
  const { stdout } = await runProgram(qemuImg, ['info', '--output=json', '--force-share', path], {
    timeoutMs: INSPECT_TIMEOUT,
  });
  return imageInfo.parse(JSON.parse(stdout));
}

/** Every layer is looked at before anything opens the one below it. */
async function checkChain(qemuImg: string, path: string, top: z.infer<typeof imageInfo>): Promise<void> {
  let layer = { path, info: top };
  for (let depth = 0; depth < LONGEST_CHAIN; depth += 1) {
    const dataFile = layer.info['format-specific']?.data?.['data-file'];
    if (dataFile !== undefined) {
      throw new Fault({
        code: 'not-supported',
        message: `${layer.path} keeps its data in another file, “${dataFile}”.`,
        remedy: `Make one file of them: qemu-img convert -O qcow2 '${layer.path}' FLAT.qcow2`,
        path: ['path'],
      });
    }
    const backing = layer.info['full-backing-filename'] ?? layer.info['backing-filename'];
    if (backing === undefined) return;
    await checkBacking(layer.path, backing);
    layer = { path: backing, info: await readInfo(qemuImg, backing) };
  }
  throw new Fault({
    code: 'not-supported',
    message: `${path} builds on more than ${LONGEST_CHAIN} images, or on itself.`,
    remedy: 'Flatten it where it came from: qemu-img convert -O qcow2 IMAGE FLAT.qcow2',
    path: ['path'],
  });
}

/** A backing file is opened with the person's rights: one that names a protocol or a made-up node is a trap in an image from strangers. */
async function checkBacking(path: string, backing: string): Promise<void> {
  if (/^[a-z0-9+.-]+:/i.test(backing)) {
    throw new Fault({
      code: 'not-supported',
      message: `${path} builds on “${backing}”, which is not a plain file.`,
      remedy: 'Flatten it where it came from: qemu-img convert -O qcow2 IMAGE FLAT.qcow2',
      path: ['path'],
    });
  }
  try {
    await access(backing, constants.R_OK);
  } catch (error) {
    throw new Fault(
      {
        code: 'not-found',
        message: `${path} builds on ${backing}, which cannot be read.`,
        remedy: 'Put the backing file back where the image expects it.',
        path: ['path'],
      },
      { cause: error },
    );
  }
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

/** Makes an empty, growing qcow2 image. Leaves nothing behind when it fails. */
export async function createImage(
  qemuImg: string,
  path: string,
  sizeBytes: number,
  signal?: AbortSignal,
): Promise<void> {
  await runProgram(
    qemuImg,
    ['create', '-q', '-f', 'qcow2', '-o', 'lazy_refcounts=on', path, String(sizeBytes)],
    {
      timeoutMs: 60_000,
      ...(signal === undefined ? {} : { signal }),
    },
  );
}
