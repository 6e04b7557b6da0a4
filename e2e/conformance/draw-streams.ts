import { SURFACE_FORMAT } from '../../renderer/spice/protocol/constants.ts';
import { Stage } from '../replay/stage.ts';
import { Dictionary } from './draw-images.ts';
import { StreamPair } from './draw-streams-pair.ts';
import {
  type Beat,
  type EncodeJpeg,
  photoScene,
  type StreamScene,
  StreamWorld,
  streamScenes,
} from './draw-streams-scenes.ts';
import type { Row } from './oracles.ts';
import { changedBetween, differing, type Picture, peakSignalToNoise } from './picture.ts';

const ORACLE = 'spice-gtk';
const FAILED = 90 * 70;
const ROUNDS = 4;
/** How much later pictures are due than they are sent, ms. spice-gtk shows none that is late, so they are sent again, with more time. */
const AHEAD_MS = [60, 250, 1000];
/** So much later where something happens before they are due. */
const AHEAD_OF_OTHERS_MS = 400;
/** Below this a lossy picture is wrong; decibels. */
const LEAST_PSNR = 30;

const formats = Object.entries({
  '16 bits 555': SURFACE_FORMAT.rgb555,
  '16 bits 565': SURFACE_FORMAT.rgb565,
  '32 bits': SURFACE_FORMAT.xrgb32,
  '32 bits alpha': SURFACE_FORMAT.argb32,
});

/** How two pictures are compared: how many pixels are wrong, and what is worth to say. */
interface Look {
  same(ours: Picture, theirs: Picture): boolean;
  wrong(ours: Picture, theirs: Picture): number;
}

const exact: Look = { same: (ours, theirs) => differing(ours, theirs) === 0, wrong: differing };

/** For what decoders round and smooth each in their way: which pixels the picture covers is the same all the same. */
const lossy: Look = {
  same: (ours, theirs) => lossy.wrong(ours, theirs) === 0,
  wrong: (ours, theirs) => {
    const covered = differing(whiteOrNot(ours), whiteOrNot(theirs));
    if (covered > 0) return covered;
    return peakSignalToNoise(ours, theirs) >= LEAST_PSNR ? 0 : differing(ours, theirs);
  },
};

function whiteOrNot({ width, height, rgb }: Picture): Picture {
  const marks = new Uint8Array(rgb.length);
  for (let at = 0; at < rgb.length; at += 3) {
    marks[at] = rgb[at] === 255 && rgb[at + 1] === 255 && rgb[at + 2] === 255 ? 1 : 0;
  }
  return { width, height, rgb: marks };
}

/** Motion JPEG streams that are clipped, resized and drawn over, from a server of ours: what our viewer shows beside spice-gtk. */
export async function streamRows(report: (row: Row) => void): Promise<void> {
  await using stage = await Stage.start();
  const run = new StreamRun(stage, report);
  await using _ = run;
  for (const [mode, format] of formats) {
    for (const [what, scene] of Object.entries(streamScenes)) await run.row(what, mode, format, scene, exact);
    await run.row('stream of photos', mode, format, photoScene, lossy);
  }
}

interface Sums {
  wrong: number;
  messages: number;
  pictures: number;
  /** The least of all pictures. */
  decibels: number;
}

class StreamRun implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #report: (row: Row) => void;
  #pair: StreamPair | null = null;
  #dictionary = new Dictionary();

  constructor(stage: Stage, report: (row: Row) => void) {
    this.#stage = stage;
    this.#report = report;
  }

  /** Plays a scene some times over, up to the first picture that is wrong: what comes after it lies on it. */
  async row(what: string, mode: string, format: number, scene: StreamScene, look: Look): Promise<void> {
    const row = { what, mode, oracle: ORACLE };
    const sums: Sums = { wrong: 0, messages: 0, pictures: 0, decibels: Number.POSITIVE_INFINITY };
    let note = '';
    for (let round = 0; round < ROUNDS && sums.wrong === 0; round += 1) {
      try {
        const where = await this.#round(round, format, scene, look, sums);
        if (where !== '') note = `round ${round}: ${where}`;
      } catch (error) {
        // Where we fail, all of a picture is wrong; where spice-gtk does, nothing could be compared.
        const ours = (await this.#pair?.oursHasEnded()) ?? false;
        const why = `round ${round}: ${String(error)}; ${this.#pair?.complaint.last ?? ''}`;
        await this.#end();
        this.#report({ ...row, differing: ours ? FAILED : null, note: why });
        return;
      }
    }
    if (look === lossy) {
      note ||= `PSNR ${sums.decibels.toFixed(1)} dB or more, at least ${LEAST_PSNR} declared`;
    }
    const drawn = `${ROUNDS} sequences, ${sums.messages} messages, ${sums.pictures} pictures`;
    this.#report({ ...row, differing: sums.wrong, drawn, ...(note === '' ? {} : { note }) });
  }

  /** Adds to the sums. Where the first wrong picture is wrong; empty for none. */
  async #round(round: number, format: number, scene: StreamScene, look: Look, sums: Sums): Promise<string> {
    this.#pair ??= await StreamPair.open(this.#stage);
    const streams = new StreamWorld(round + 1, format, this.#dictionary, this.#encode);
    let where = '';
    for await (const beat of scene(streams, round)) {
      const found = await play(this.#pair, beat, look);
      sums.messages += beat.messages.length + found.sent;
      sums.pictures += found.sent;
      sums.wrong += found.wrong;
      sums.decibels = Math.min(sums.decibels, found.decibels);
      if (found.wrong === 0) continue;
      where = found.where;
      break;
    }
    await this.#pair.clear(streams.world.surfaces);
    return where;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end();
  }

  async #end(): Promise<void> {
    const pair = this.#pair;
    this.#pair = null;
    this.#dictionary.reset();
    await pair?.[Symbol.asyncDispose]();
  }

  readonly #encode: EncodeJpeg = async ({ width, height }, rgba, quality) => {
    const jpeg = await this.#stage.page.evaluate(
      async ([base64, across, down, how]) => {
        const bytes = Uint8ClampedArray.from(atob(base64), (letter) => letter.charCodeAt(0));
        const canvas = new OffscreenCanvas(across, down);
        canvas.getContext('2d')?.putImageData(new ImageData(bytes, across, down), 0, 0);
        const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: how });
        return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
      },
      [Buffer.from(rgba).toString('base64'), width, height, quality] as const,
    );
    return new Uint8Array(Buffer.from(jpeg, 'base64'));
  };
}

interface Found {
  /** Pictures. */
  readonly sent: number;
  readonly wrong: number;
  readonly where: string;
  readonly decibels: number;
}

async function play(pair: StreamPair, beat: Beat, look: Look): Promise<Found> {
  await pair.send(beat.messages);
  const { pictures, meanwhile } = beat;
  let sent = 0;
  for (const ahead of meanwhile === undefined ? AHEAD_MS : [AHEAD_OF_OTHERS_MS]) {
    if (pictures !== undefined) {
      const before = await pair.shown();
      const time = pair.clock + ahead;
      const due = pictures(time);
      sent += due.length;
      await pair.send([...due, ...(meanwhile ?? [])]);
      await pair.passed(time + 10);
      const wanted = beat.shown ?? 1;
      if (!(await pair.showsAtLeast(before + wanted)) || (await pair.shown()) > before + wanted) {
        return { sent, wrong: 1, where: `not ${wanted} of its pictures shown`, decibels: 0 };
      }
    }
    const found = compared(await pair.look(look.same), look);
    if (found.wrong === 0 || pictures === undefined || ahead === AHEAD_MS.at(-1)) return { ...found, sent };
  }
  return { ...compared(await pair.look(look.same), look), sent };
}

function compared([ours, theirs]: readonly [Picture, Picture], look: Look): Omit<Found, 'sent'> {
  const { left, top, right, bottom } = changedBetween(theirs, ours);
  return {
    wrong: look.wrong(ours, theirs),
    where: `different from ${left},${top} to ${right},${bottom}`,
    decibels: peakSignalToNoise(ours, theirs),
  };
}
