import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { resolveFolders } from '../../backend/store/paths.ts';
import type { ImageCompression } from '../../renderer/spice/protocol/constants.ts';
import { ensureRecording, type Recording, unpack } from '../replay/recording.ts';
import { ReplayServer } from '../replay/replay-server.ts';
import { modes } from './modes.ts';
import type { Row } from './oracles.ts';
import { differing, type Picture } from './picture.ts';
import { ReferenceClient } from './reference/reference-client.ts';
import { Viewer } from './viewer.ts';

/** So many times as fast as it was recorded: faster, and the server leaves more and more out that something else covers at once. */
const SPEED = 6;
const REST_MS = 300;
const REST_WITHIN_MS = 60_000;

/** What must come over in each mode, by the names of IMAGE_TYPE. */
const imageOf: Readonly<Record<ImageCompression, string>> = {
  off: 'bitmap',
  autoGlz: 'glzRgb',
  autoLz: 'lzRgb',
  quic: 'quic',
  glz: 'glzRgb',
  lz: 'lzRgb',
  lz4: 'lz4',
};

type Report = (row: Row) => void;

/**
 * A recorded session of the desktop guest, replayed by spice-server itself in every mode: our viewer and spice-gtk's look on from the
 * first scene to the last, and are compared with each other and with what the server draws for itself.
 */
export async function recordedRows(report: Report): Promise<void> {
  const cacheFolder = resolveFolders().cache;
  const recording = await ensureRecording(cacheFolder);
  const folder = await mkdtemp(join(tmpdir(), 'innkeeper-recorded-'));
  try {
    const file = join(folder, 'session.spice');
    await unpack(recording, file);
    for (const { name, asked } of modes) {
      await using server = await ReplayServer.start({ cacheFolder, recording: file, compression: asked });
      await replayRows(server, recording, name, imageOf[asked], report);
    }
    await using server = await ReplayServer.start({
      cacheFolder,
      recording: file,
      compression: 'glz',
      zlibGlz: 'always',
    });
    await replayRows(server, recording, 'glz in zlib', 'zlibGlzRgb', report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function replayRows(
  server: ReplayServer,
  { scenes }: Recording,
  mode: string,
  image: string,
  report: Report,
): Promise<void> {
  const [first] = scenes;
  if (first === undefined) return;
  await server.play(first.from);
  using viewer = await Viewer.connect(server.spiceSocket, null);
  await using reference = await ReferenceClient.connect(server.spiceSocket);
  const came = new Map<string, number>();
  for (const { name, from, to } of scenes) {
    await server.play(from);
    viewer.takeCounts();
    await server.play(to, SPEED);
    const what = `recorded, ${name}`;
    const settled = await rest(viewer, reference, server);
    if (settled === null) {
      report({ what, mode, differing: null, oracle: 'spice-server', note: 'the picture never came to rest' });
      continue;
    }
    const { ours, theirs, servers } = settled;
    const drawn = viewer.takeCounts();
    addCounts(came, drawn);
    report({ what, mode, oracle: 'spice-gtk', differing: differing(ours, theirs), drawn });
    report({ what, mode, oracle: 'spice-server', differing: differing(ours, servers) });
  }
  report(wireRow(mode, image, came));
}

/** Pictures that agree prove nothing of a codec that was not used. */
function wireRow(mode: string, image: string, came: ReadonlyMap<string, number>): Row {
  const used = [...came.keys()].some((name) => name.endsWith(` ${image}`));
  const note = [...came]
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
  return { what: 'recorded, what came', mode, oracle: 'wire', differing: used ? 0 : null, note };
}

/** `drawCopy quic 12, copyBits 3`, as Viewer.takeCounts has it. */
function addCounts(sums: Map<string, number>, counts: string): void {
  for (const [, name, count] of counts.matchAll(/([^,]+) (\d+)(?:, |$)/g)) {
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + Number(count));
  }
}

interface Settled {
  readonly ours: Picture;
  readonly theirs: Picture;
  readonly servers: Picture;
}

/** The three pictures, once both clients' change no more; null when they never rest. */
async function rest(
  viewer: Viewer,
  reference: ReferenceClient,
  server: ReplayServer,
): Promise<Settled | null> {
  const servers = await server.dump();
  const deadline = performance.now() + REST_WITHIN_MS;
  let ours = viewer.picture();
  let theirs = await reference.picture();
  for (let restSince = performance.now(); performance.now() - restSince < REST_MS; ) {
    await delay(100);
    const [nowOurs, nowTheirs] = [viewer.picture(), await reference.picture()];
    if (differing(ours, nowOurs) > 0 || differing(theirs, nowTheirs) > 0) restSince = performance.now();
    [ours, theirs] = [nowOurs, nowTheirs];
    if (performance.now() > deadline) return null;
  }
  return { ours, theirs, servers };
}
