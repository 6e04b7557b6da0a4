import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import { Guest } from '../conformance/guest.ts';
import { ensureDesktopImage } from '../desktop-guest/image.ts';
import { desktopIsUp, scenes } from './scenes.ts';

/** Raised by hand when the way of recording changes. */
const version = 1;
/** Compressed, with the boot; more means that a scene has got out of hand. */
const MOST_BYTES = 150 * 1024 ** 2;

/** On a machine without KVM that has other work too. */
const DESKTOP_MS = 900_000;

export interface RecordedScene {
  readonly name: string;
  /** When it began and ended: nanoseconds of the clock that the recording's own times are of (CLOCK_MONOTONIC). */
  readonly from: string;
  readonly to: string;
}

export interface Recording {
  /** What QEMU gave to spice-server from its start on, in zstd. */
  readonly packed: string;
  readonly scenes: readonly RecordedScene[];
}

/**
 * The draw commands of a desktop guest, as spice-server records them (SPICE_WORKER_RECORD_FILENAME), with the times at which each
 * scene begins and ends. Recorded the first time, which takes some minutes; else it is in the cache.
 */
export async function ensureRecording(cacheFolder: string): Promise<Recording> {
  const image = await ensureDesktopImage(cacheFolder);
  const recipe = JSON.stringify({ version, scenes, image: dirname(image.disk).slice(-16) });
  const key = createHash('sha256').update(recipe).digest('hex').slice(0, 16);
  const folder = join(cacheFolder, 'recordings', key);
  const sceneFile = join(folder, 'scenes.json');
  if (!existsSync(sceneFile)) await record(folder, image.disk);
  const recorded: readonly RecordedScene[] = JSON.parse(await readFile(sceneFile, 'utf8'));
  return { packed: join(folder, 'session.spice.zst'), scenes: recorded };
}

/** The recording as spice-server reads it, some hundreds of megabytes. */
export async function unpack({ packed }: Recording, file: string): Promise<void> {
  await pipeline(createReadStream(packed), createZstdDecompress(), createWriteStream(file));
}

async function record(folder: string, disk: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(join(dirname(folder), 'recording-'));
  try {
    const file = join(work, 'session.spice');
    const recorded = await drive(disk, file);
    const packed = `${file}.zst`;
    // spice-server writes pictures as they are.
    await pipeline(createReadStream(file), createZstdCompress(), createWriteStream(packed));
    await rm(file);
    const { size } = await stat(packed);
    if (size > MOST_BYTES)
      throw new Error(`the recording has ${size} bytes; no more than ${MOST_BYTES} are wanted`);
    await writeFile(join(work, 'scenes.json'), `${JSON.stringify(recorded, null, 2)}\n`);
    await rename(work, folder).catch(async (error: unknown) => {
      // Another process was first.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function drive(disk: string, file: string): Promise<RecordedScene[]> {
  const recorded: RecordedScene[] = [];
  await using guest = await startRecorded(disk, file);
  await guest.until('test -e /run/desktop-is-up');
  await guest.until(desktopIsUp, DESKTOP_MS);
  for (const { name, before, during } of scenes) {
    console.error(`recording: ${name}`);
    await guest.sh(before);
    const from = process.hrtime.bigint();
    await guest.sh(during);
    recorded.push({ name, from: String(from), to: String(process.hrtime.bigint()) });
  }
  // QEMU is ended without a last flush of the file: what is lost then must not belong to a scene.
  await guest.sh(
    'export DISPLAY=:0; for i in 1 2 3 4 5 6 7 8; do xsetroot -solid red; xsetroot -solid blue; done; x11perf -repeat 1 -time 1 -reps 20 -rect100 > /dev/null 2>&1; sleep 1',
  );
  return recorded;
}

async function startRecorded(disk: string, file: string): Promise<Guest> {
  process.env.SPICE_WORKER_RECORD_FILENAME = file;
  try {
    return await Guest.start({ compression: 'off', disks: [disk], memoryMib: 1024 });
  } finally {
    delete process.env.SPICE_WORKER_RECORD_FILENAME;
  }
}
