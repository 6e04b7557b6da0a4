import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { resolveFolders } from '../backend/store/paths.ts';
import { Stage } from '../e2e/replay/stage.ts';
import type { ServerChannel } from '../e2e/spice-server/server-channel.ts';
import { SpiceServer } from '../e2e/spice-server/spice-server.ts';
import { playTape } from '../e2e/spice-server/tape.ts';
import type { ImageCompression } from '../renderer/spice/protocol/constants.ts';
import { median, note, report } from './report.ts';
import { browserClient, type Client, gtkClient } from './spice-session-clients.ts';
import { ensureTapes, type SceneTape } from './spice-session-tapes.ts';

/**
 * Whole sessions: what spice-server sent for scenes of a recorded desktop, played byte for byte to our viewer and to spice-html5 in
 * Chromium and to spice-gtk, in turns; first frame by frame, then as a whole. A frame is what came within 33 ms, as at 30 frames a
 * second; its time is from the first byte sent until the client answers the ping behind the last one, which each of them does when
 * it has drawn what came before, and only then the next is sent. As a whole, all is sent as fast as the client's acknowledgements
 * allow (spice-server's window), up to the answer to one ping at the end; CPU time is that of this. In the browser the bytes come over a WebSocket as they do in Innkeeper, to spice-gtk over a unix
 * socket; spice-gtk draws into memory only.
 * INNKEEPER_BENCH_ROUNDS (3; 0: only memory), INNKEEPER_BENCH_FRAMES (at most 300 of a scene), INNKEEPER_BENCH_MODES (off,quic,lz) and
 * INNKEEPER_BENCH_MEMORY_MINUTES (10; 0 leaves that part out) make it shorter.
 */
const ROUNDS = Number(process.env.INNKEEPER_BENCH_ROUNDS ?? 3);
const MOST_FRAMES = Number(process.env.INNKEEPER_BENCH_FRAMES ?? 300);
const MEMORY_MINUTES = Number(process.env.INNKEEPER_BENCH_MEMORY_MINUTES ?? 10);
const FRAME_MS = 33;
const SCENES = ['scrolling terminal', 'window drag', 'video'] as const;
const modes = ['off', 'quic', 'lz'] as const satisfies readonly ImageCompression[];
const asked = process.env.INNKEEPER_BENCH_MODES?.split(',');

type Frame = SceneTape['messages'];

interface Figures {
  readonly frames: number[];
  readonly whole: number[];
  readonly cpu: number[];
  longestTask: number | null;
}

let sockets = 0;
const cacheFolder = resolveFolders().cache;
const tapes = await ensureTapes(
  cacheFolder,
  SCENES,
  modes.filter((mode) => asked?.includes(mode) !== false),
  note,
);
const folder = await mkdtemp(join(tmpdir(), 'innkeeper-session-'));
try {
  if (ROUNDS > 0) await measureSessions();
  if (MEMORY_MINUTES > 0) await measureMemory();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measureSessions(): Promise<void> {
  await using stage = await Stage.start();
  await using own = await browserClient('ours', 'own', stage);
  await using html5 = await browserClient('spice-html5', 'html5', stage);
  await using gtk = gtkClient();
  const clients = [own, html5, gtk];
  for (const tape of tapes) {
    const frames = framesOf(tape).slice(0, MOST_FRAMES);
    const figures = new Map<Client, Figures>();
    for (const client of clients) figures.set(client, { frames: [], whole: [], cpu: [], longestTask: null });
    // The first round warms up what compiles and caches; it is not counted.
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const client of clients) {
        const into = round === 0 ? null : (figures.get(client) ?? null);
        await playTo(client, tape, frames, into);
      }
    }
    const [ours, ...peers] = clients.map((client) => figures.get(client));
    for (const [index, peer] of peers.entries()) {
      const peerName = clients[index + 1]?.name ?? '';
      if (ours !== undefined && peer !== undefined)
        reportPair(`${tape.scene}, ${tape.compression}`, frames.length, ours, peer, peerName);
    }
  }
}

function reportPair(what: string, count: number, ours: Figures, peer: Figures, peerName: string): void {
  const aimed = peerName === 'spice-html5' ? { aim: '≤ 0.33×' } : {};
  const pair = (name: string, unit: string, of: (figures: Figures) => number, aim = {}): void =>
    report({ what: `${what}: ${name}`, ours: of(ours), peer: of(peer), unit, peerName, ...aim });
  pair('a frame, median', 'ms', ({ frames }) => median(frames));
  pair('a frame, 95 %', 'ms', ({ frames }) => percentile(frames, 0.95));
  pair(`all ${count} frames in one go`, 'ms', ({ whole }) => median(whole), aimed);
  pair('CPU time, all processes', 's', ({ cpu }) => median(cpu));
  if (peer.longestTask !== null) {
    pair('longest task of the page', 'ms', ({ longestTask }) => longestTask ?? 0, { aim: '≤ 50 ms' });
  }
}

/** Plays one tape to one client in both ways, each from its connection on; null: nothing is noted. */
async function playTo(
  client: Client,
  tape: SceneTape,
  frames: readonly Frame[],
  figures: Figures | null,
): Promise<void> {
  {
    await using session = await begin(client, tape);
    for (const frame of frames) {
      const ms = await playTape(session.display, { messages: frame });
      figures?.frames.push(ms);
    }
  }
  await using session = await begin(client, tape);
  await client.longTasks();
  const cpu = await client.cpuSeconds();
  const whole = await playTape(session.display, { messages: frames.flat() });
  // What was drawn last also has to come to the screen, which is part of what it takes.
  await delay(300);
  figures?.whole.push(whole);
  figures?.cpu.push((await client.cpuSeconds()) - cpu);
  const tasks = await client.longTasks();
  if (figures !== null && tasks !== null) {
    figures.longestTask = Math.max(figures.longestTask ?? 0, ...tasks);
  }
}

interface Playing extends AsyncDisposable {
  readonly display: ServerChannel;
}

/** A server that shows the screen as it was before the scene, with the client connected to it. */
async function begin(client: Client, tape: SceneTape): Promise<Playing> {
  sockets += 1;
  const path = join(folder, `s${sockets}`);
  const server = await SpiceServer.listen({ path });
  const opened = client.open(path);
  const next = server.nextClient();
  // A client that cannot open says so, and never comes.
  const connected = await Promise.race([next, opened.then(() => next)]);
  const display = await connected.display;
  await Promise.all([opened, playTape(display, { messages: tape.setup })]);
  return {
    display,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

function framesOf({ messages }: SceneTape): Frame[] {
  const frames: (typeof messages)[number][][] = [];
  let slot = -1;
  for (const message of messages) {
    const itsSlot = Math.floor(message.at / FRAME_MS);
    if (itsSlot !== slot) frames.push([]);
    slot = itsSlot;
    frames.at(-1)?.push(message);
  }
  return frames;
}

/** The video again and again, at its own speed, to both clients in the browser at the same time, each in a browser of its own. */
async function measureMemory(): Promise<void> {
  const tape = tapes.find(({ scene, compression }) => scene === 'video' && compression !== 'off') ?? tapes[0];
  if (tape === undefined) return;
  await using ownStage = await Stage.start();
  await using html5Stage = await Stage.start();
  const clients = [
    await browserClient('ours', 'own', ownStage),
    await browserClient('spice-html5', 'html5', html5Stage),
  ];
  const measured = await Promise.all(clients.map((client) => loop(client, tape)));
  const [ours, peer] = measured;
  if (ours === undefined || peer === undefined) return;
  const what = `${tape.scene}, ${tape.compression}, in a loop: memory of the page`;
  const peerName = 'spice-html5';
  report({ what: `${what} at first`, ours: ours.first, peer: peer.first, unit: 'MiB', peerName });
  report({
    what: `${what} after ${MEMORY_MINUTES} min`,
    ours: ours.last,
    peer: peer.last,
    unit: 'MiB',
    peerName,
  });
}

/** Memory after a minute (or a tenth of the time, if that is less), and in the end. */
async function loop(client: Client, tape: SceneTape): Promise<{ first: number; last: number }> {
  await using session = await begin(client, tape);
  const over = AbortSignal.timeout(MEMORY_MINUTES * 60_000);
  const first = delay(Math.min(60_000, MEMORY_MINUTES * 6_000)).then(() => client.residentMib());
  while (!over.aborted) {
    await playTape(session.display, tape, { pace: 1, signal: over }).catch((error: unknown) => {
      if (!over.aborted) throw error;
    });
  }
  return { first: await first, last: await client.residentMib() };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
