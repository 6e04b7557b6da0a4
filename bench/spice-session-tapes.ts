// What spice-server sends for the scenes of a recorded desktop session, kept as tapes to be played to any client.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { unixTransport } from '../e2e/fixtures/unix-transport.ts';
import { ensureRecording, type RecordedScene, type Recording, unpack } from '../e2e/replay/recording.ts';
import { ReplayServer } from '../e2e/replay/replay-server.ts';
import { readTape, type Tape, writeTape } from '../e2e/spice-server/tape.ts';
import { displayInit } from '../renderer/spice/protocol/client-messages.ts';
import { DISPLAY_CAP, DISPLAY_OUT, type ImageCompression } from '../renderer/spice/protocol/constants.ts';
import { DEAF_HOST, type DisplayHandler, SpiceSession } from '../renderer/spice/session.ts';

/** Raised by hand when tapes are made in another way. */
const version = 1;
const CACHE_PIXELS = 20n * 1024n * 1024n;
/** What spice-html5 announces too, so that all clients can play what comes. */
const CAPABILITIES = [
  DISPLAY_CAP.sizedStream,
  DISPLAY_CAP.streamReport,
  DISPLAY_CAP.multiCodec,
  DISPLAY_CAP.codecMjpeg,
];

export interface SceneTape {
  readonly scene: string;
  readonly compression: ImageCompression;
  /** What a client is sent before the scene begins: the screen as it is then. */
  readonly setup: Tape['messages'];
  /** The scene; times are from its begin. */
  readonly messages: Tape['messages'];
}

/** One for each scene and each way to compress, each made the first time at the speed at which it was recorded. */
export async function ensureTapes(
  cacheFolder: string,
  scenes: readonly string[],
  compressions: readonly ImageCompression[],
  note: (text: string) => void,
): Promise<SceneTape[]> {
  const recording = await ensureRecording(cacheFolder);
  const session = basename(dirname(recording.packed));
  const key = createHash('sha256').update(JSON.stringify({ version, session })).digest('hex').slice(0, 16);
  const folder = join(cacheFolder, 'tapes', key);
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(tmpdir(), 'innkeeper-tapes-'));
  const unpacked = join(work, 'session.spice');
  try {
    const tapes: SceneTape[] = [];
    for (const scene of chosen(recording, scenes)) {
      for (const compression of compressions) {
        const file = join(folder, `${scene.name.replaceAll(' ', '-')}-${compression}.tape.zst`);
        if (!existsSync(file)) {
          note(`making a tape: ${scene.name}, ${compression}`);
          if (!existsSync(unpacked)) await unpack(recording, unpacked);
          const packed = await promisify(zstdCompress)(
            writeTape(await makeTape(cacheFolder, unpacked, scene, compression)),
          );
          await writeFile(`${file}.${process.pid}`, packed);
          await rename(`${file}.${process.pid}`, file);
        }
        const { messages } = readTape(new Uint8Array(await promisify(zstdDecompress)(await readFile(file))));
        tapes.push({
          scene: scene.name,
          compression,
          setup: messages.filter(({ at }) => at === 0),
          messages: messages.filter(({ at }) => at > 0),
        });
      }
    }
    return tapes;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function chosen({ scenes }: Recording, names: readonly string[]): RecordedScene[] {
  return names.map((name) => {
    const scene = scenes.find((one) => one.name === name);
    if (scene === undefined) throw new Error(`there is no recorded scene ${name}`);
    return scene;
  });
}

/** Time 0 is for what came before the scene; in the scene it is 1 at least. */
async function makeTape(
  cacheFolder: string,
  recording: string,
  { from, to }: RecordedScene,
  compression: ImageCompression,
): Promise<Tape> {
  await using server = await ReplayServer.start({ cacheFolder, recording, compression });
  await server.play(from);
  const messages: Tape['messages'][number][] = [];
  let begun: number | null = null;
  let last = performance.now();
  const receive = (type: number, body: Uint8Array): void => {
    last = performance.now();
    messages.push({ at: begun === null ? 0 : Math.max(1, last - begun), type, body: body.slice() });
  };
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => undefined);
  using _session = await SpiceSession.connect<DisplayHandler>(
    {
      openTransport: () => unixTransport(server.spiceSocket),
      ...DEAF_HOST,
      closed: (error) => ended.reject(error ?? new Error('the session ended')),
    },
    {
      display: {
        capabilities: CAPABILITIES,
        create: (sender) => {
          // A window of 0, as spice-html5's: no GLZ.
          const sizes = { pixmapCacheSize: CACHE_PIXELS, glzWindowSize: 0 };
          sender.send(DISPLAY_OUT.init, displayInit({ pixmapCacheId: 1, glzDictionaryId: 1, ...sizes }));
          return { receive };
        },
      },
    },
  );
  const quiet = async (): Promise<void> => {
    while (performance.now() - last < 500) {
      await Promise.race([ended.promise, new Promise((resolve) => setTimeout(resolve, 50))]);
    }
  };
  await quiet();
  begun = performance.now();
  await Promise.race([ended.promise, server.play(to, 1)]);
  await quiet();
  return { messages };
}
