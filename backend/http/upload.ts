import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, parse } from 'node:path';
import { Fault } from '../contract/fault.ts';
import { sendFault, sendJson } from './responses.ts';

/** The header that names the file, URI-encoded (see UPLOAD_PATH in contract/wire.ts). */
const NAME_HEADER = 'x-innkeeper-name';
/** ext4's NAME_MAX is 255 bytes; this leaves room for ' (999)' and the part file's name. */
const MAX_NAME_BYTES = 200;
const MAX_COPIES = 999;

/** Where uploaded images go. */
export function imagesFolder(data: string): string {
  return join(data, 'images');
}

/** A file name without folders, control characters or a leading dot. `../../x.iso` → `x.iso`, `` → `image` */
export function safeName(raw: string): string {
  const last = raw.split(/[/\\]/).at(-1) ?? '';
  let name = last
    .replace(/\p{Cc}/gu, '')
    .trim()
    .replace(/^[.\s-]+/, '');
  while (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    const { name: stem, ext } = parse(name);
    if (stem === '' || Buffer.byteLength(ext) > 20) name = [...name].slice(0, -1).join('');
    else name = [...stem].slice(0, -1).join('') + ext;
  }
  // Half a surrogate pair cannot be written as UTF-8.
  return name.toWellFormed().replaceAll('\ufffd', '') || 'image';
}

/** Removes what uploads left behind that a crash cut off. Only the holder of the data folder may. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (/^\.upload-[0-9a-f]{16}\.part$/.test(name)) await rm(join(folder, name), { force: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Takes the file that a browser sends, and answers `{path}` (201) or `{error}`. Leaves nothing behind when it fails. */
export async function serveUpload(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const path = await receive(folder, request);
    sendJson(response, 201, { path });
  } catch (error) {
    // The browser may be in the middle of sending gigabytes that nobody wants.
    response.setHeader('Connection', 'close');
    request.unpipe();
    request.resume();
    if (!response.destroyed) sendFault(response, asFault(error, folder));
    response.once('finish', () => request.destroy());
  }
}

async function receive(folder: string, request: IncomingMessage): Promise<string> {
  const name = readName(request);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const length = Number(request.headers['content-length'] ?? 0);
  const { bavail, bsize } = await statfs(folder);
  if (length > bavail * bsize) throw noSpace(folder, name);
  const part = join(folder, `.upload-${randomBytes(8).toString('hex')}.part`);
  try {
    {
      await using file = await open(part, 'wx', 0o600);
      await writeFile(file, request);
      await file.sync();
    }
    return await publish(part, folder, name);
  } finally {
    await rm(part, { force: true });
  }
}

/** Gives the finished file its name without ever replacing one: `x.iso`, `x (2).iso`, … */
async function publish(part: string, folder: string, name: string): Promise<string> {
  const { name: stem, ext } = parse(name);
  for (let copy = 1; copy <= MAX_COPIES; copy += 1) {
    const path = join(folder, copy === 1 ? name : `${stem} (${copy})${ext}`);
    try {
      await link(part, path);
      return path;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
  throw new Fault({
    code: 'name-taken',
    message: `There are ${MAX_COPIES} files named '${name}' in ${folder} already.`,
    remedy: 'Rename the file and try again.',
  });
}

function readName(request: IncomingMessage): string {
  const raw = request.headers[NAME_HEADER];
  if (typeof raw !== 'string') {
    throw new Fault({
      code: 'bad-input',
      message: `The upload has no name (header ${NAME_HEADER}).`,
      path: [NAME_HEADER],
    });
  }
  try {
    return safeName(decodeURIComponent(raw));
  } catch (error) {
    throw new Fault(
      { code: 'bad-input', message: `The upload's name is not URI-encoded.`, path: [NAME_HEADER] },
      { cause: error },
    );
  }
}

function noSpace(folder: string, name: string | null, cause?: unknown): Fault {
  return new Fault(
    {
      code: 'no-space',
      message: `The disk that holds ${folder} is too full for ${name === null ? 'this file' : `'${name}'`}.`,
      remedy: 'Free some space, or attach the file from where it is instead of uploading it.',
    },
    cause === undefined ? {} : { cause },
  );
}

function asFault(error: unknown, folder: string): Fault {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpace(folder, null, error);
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return new Fault({ code: 'cancelled', message: 'The upload was broken off.' }, { cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new Fault(
      {
        code: 'no-permission',
        message: `Innkeeper may not write into ${folder}.`,
        remedy: 'Make the folder writable for you.',
      },
      { cause: error },
    );
  }
  return Fault.from(error);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
