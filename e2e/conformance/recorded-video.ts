import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { resolveFolders } from '../../backend/store/paths.ts';
import { ensureRecording, type RecordedScene, unpack } from '../replay/recording.ts';
import { ReplayServer } from '../replay/replay-server.ts';
import { Stage } from '../replay/stage.ts';
import type { Row } from './oracles.ts';
import { changedBetween, cut, differing, type Picture, peakSignalToNoise } from './picture.ts';
import { preferenceRows } from './recorded-preference.ts';
import { ReferenceClient } from './reference/reference-client.ts';

type Report = (row: Row) => void;

/** Below this, a lossy picture is wrong; decibels. */
const LEAST_PSNR = 30;
/** spice-server 0.15.1 crashes now and then when a client comes while there are streams. */
const TRIES = 3;
/** spice-server takes a stream for ended when nothing came for a second, and sends what it showed without loss. */
const STREAM_OVER_MS = 6000;

interface Streamed {
  readonly codec: string;
  /** As QEMU's video-codecs. */
  readonly codecs: string;
  readonly scene: string;
  readonly streaming: 'all' | 'filter';
}

// The test picture is no video to the server's own judgement: it has large plain areas.
const streamed: readonly Streamed[] = [
  ['mjpeg', 'spice:mjpeg'] as const,
  ['vp8', 'gstreamer:vp8'] as const,
  ['vp9', 'gstreamer:vp9'] as const,
  ['h264', 'gstreamer:h264'] as const,
].flatMap(([codec, codecs]) => [
  { codec, codecs, scene: 'video', streaming: 'all' },
  { codec, codecs, scene: 'animated picture', streaming: 'filter' },
]);

const wanted = process.env.INNKEEPER_CONFORMANCE_CODECS?.split(',');

/** What the page says of its session. */
const figuresShape = z.object({
  drawing: z.object({
    pixels: z.array(z.tuple([z.string(), z.number()])),
    videoShown: z.number(),
    videoSkipped: z.number(),
  }),
});

/**
 * The recorded session's videos as spice-server streams them, shown by our viewer in a browser beside spice-gtk's: while a
 * stream runs it may lose no more than the encoder does, and when it is over the picture must be the server's own.
 */
export async function videoRows(report: Report): Promise<void> {
  const cacheFolder = resolveFolders().cache;
  const recording = await ensureRecording(cacheFolder);
  const folder = await mkdtemp(join(tmpdir(), 'innkeeper-video-'));
  try {
    const file = join(folder, 'session.spice');
    await unpack(recording, file);
    await using stage = await Stage.start();
    for (const one of streamed) {
      const scene = recording.scenes.find(({ name }) => name === one.scene);
      if (scene === undefined || wanted?.includes(one.codec) === false) continue;
      for (let left = TRIES; ; left -= 1) {
        await using server = await ReplayServer.start({
          cacheFolder,
          recording: file,
          compression: 'quic',
          streaming: one.streaming,
          videoCodecs: one.codecs,
        });
        try {
          await server.play(scene.from);
          await streamRows(server, stage, one, scene, report);
          break;
        } catch (error) {
          if (!server.hasCrashed || left === 1) throw error;
        }
      }
    }
    const scene = recording.scenes.find(({ name }) => name === 'animated picture');
    if (scene !== undefined) await preferenceRows({ cacheFolder, recording: file, scene }, report);
    await jpegRows(stage, cacheFolder, file, recording.scenes, report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function streamRows(
  server: ReplayServer,
  stage: Stage,
  { codec, streaming }: Streamed,
  { name, from, to }: RecordedScene,
  report: Report,
): Promise<void> {
  const what = `recorded, ${name} as a stream`;
  const mode = `${codec}, ${streaming}`;
  await using reference = await ReferenceClient.connect(server.spiceSocket);
  await stage.open('own', server.spiceSocket);
  const before = await server.dump();
  // Stops in the midst of the video, so that its last picture stands for a while.
  const middle = BigInt(from) + ((BigInt(to) - BigInt(from)) * 3n) / 5n;
  await server.play(middle, 1);
  const servers = await server.dump();
  const area = changedBetween(before, servers);
  const expected = cut(servers, area);
  const standing: Pair[] = [];
  for (const deadline = performance.now() + STREAM_OVER_MS; performance.now() < deadline; ) {
    // Only the video's place, because there is just a second to look before the server ends the stream.
    const ours = await stage.picture(area);
    const theirs = cut(await reference.picture(), area);
    if (differing(ours, expected) === 0 && differing(theirs, expected) === 0) break;
    standing.push({ ours, theirs });
  }
  const [ours, theirs] = [await stage.picture(), await reference.picture()];
  const { drawing } = figuresShape.parse(await stage.figures());
  const pixels = new Map(drawing.pixels).get(codec) ?? 0;
  const drawn = `${pixels} pixels of ${codec}, ${drawing.videoShown} pictures shown, ${drawing.videoSkipped} skipped`;
  if (pixels === 0) {
    report({ what, mode, differing: null, oracle: 'spice-server', note: 'nothing was streamed' });
  } else {
    reportStanding(standing, expected, { what, mode, drawn }, report);
  }
  const over = { what: `${what}, when it is over`, mode };
  report({ ...over, oracle: 'spice-server', differing: differing(ours, servers) });
  report({ ...over, oracle: 'spice-gtk', differing: differing(ours, theirs) });
  await stage.close();
}

interface Pair {
  readonly ours: Picture;
  readonly theirs: Picture;
}

/** What was seen of the stream's last picture. Pictures are shown when they are due: what was seen before it came counts for nothing. */
function reportStanding(
  seen: readonly Pair[],
  expected: Picture,
  { what, mode, drawn }: { readonly what: string; readonly mode: string; readonly drawn: string },
  report: Report,
): void {
  const best = (values: readonly number[]): number => Math.max(0, ...values.filter(Number.isFinite));
  const ours = best(seen.map((pair) => peakSignalToNoise(pair.ours, expected)));
  const theirs = best(seen.map((pair) => peakSignalToNoise(pair.theirs, expected)));
  const both = best(
    seen
      .filter((pair) => differing(pair.theirs, expected) > 0 && differing(pair.ours, expected) > 0)
      .map((pair) => peakSignalToNoise(pair.ours, pair.theirs)),
  );
  // Noise in a video is lost by the encoder; then we may lose little more than spice-gtk does. It repeats the halved colours of a JPEG where
  // browsers smooth them, which is nearer for noise and further off for pictures.
  const right = ours >= Math.min(LEAST_PSNR, theirs - 2);
  const note = `PSNR ${ours.toFixed(1)} dB, spice-gtk’s ${theirs.toFixed(1)} dB; at least ${LEAST_PSNR} or within 2 dB of it are declared`;
  report({ what, mode, oracle: 'spice-server', differing: right ? 0 : 1, note, drawn });
  // It leaves pictures out that come when it is busy; then there is nothing to compare with.
  if (theirs < Math.min(LEAST_PSNR, ours - 3)) {
    report({ what, mode, oracle: 'spice-gtk', differing: null, note: 'spice-gtk left the last picture out' });
  } else report(lossy(what, mode, 'spice-gtk', both, 1));
}

/** Pictures that the server is free to send as JPEG, as it does over slow links. */
async function jpegRows(
  stage: Stage,
  cacheFolder: string,
  recording: string,
  scenes: readonly RecordedScene[],
  report: Report,
): Promise<void> {
  await using server = await ReplayServer.start({
    cacheFolder,
    recording,
    compression: 'autoLz',
    jpeg: 'always',
  });
  for (const { name, from, to } of scenes) {
    if (name !== 'pictures' && name !== 'window drag') continue;
    await server.play(from);
    await stage.open('own', server.spiceSocket);
    await using reference = await ReferenceClient.connect(server.spiceSocket);
    await server.play(to, 4);
    const servers = await server.dump();
    const [ours, theirs] = await settled(stage, reference);
    const { drawing } = figuresShape.parse(await stage.figures());
    const jpeg = new Map(drawing.pixels).get('jpeg') ?? 0;
    const what = `recorded, ${name} in JPEG`;
    if (jpeg === 0)
      report({ what, mode: 'jpeg', differing: null, oracle: 'spice-server', note: 'no JPEG came' });
    report(
      lossy(what, 'jpeg', 'spice-server', peakSignalToNoise(ours, servers), 0, `${jpeg} pixels of JPEG`),
    );
    report(lossy(what, 'jpeg', 'spice-gtk', peakSignalToNoise(ours, theirs), 0));
    await stage.close();
  }
}

async function settled(stage: Stage, reference: ReferenceClient): Promise<[Picture, Picture]> {
  let [ours, theirs] = [await stage.picture(), await reference.picture()];
  for (;;) {
    await delay(300);
    const [nowOurs, nowTheirs] = [await stage.picture(), await reference.picture()];
    const still = differing(ours, nowOurs) === 0 && differing(theirs, nowTheirs) === 0;
    [ours, theirs] = [nowOurs, nowTheirs];
    if (still) return [ours, theirs];
  }
}

function lossy(
  what: string,
  mode: string,
  oracle: string,
  decibels: number,
  pixels: number,
  drawn?: string,
): Row {
  return {
    ...{ what, mode, oracle, differing: decibels >= LEAST_PSNR ? 0 : Math.max(1, pixels) },
    note: `PSNR ${decibels.toFixed(1)} dB, at least ${LEAST_PSNR} declared`,
    ...(drawn === undefined ? {} : { drawn }),
  };
}
