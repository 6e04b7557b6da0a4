import type { PixelSource } from '../../spice/channels/display-statistics.ts';
import type { SessionFigures, Spread } from './guest-session.ts';

/** How the screen came over lately. */
export interface LatestFigures {
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Null where the client does not look into it. */
  readonly drawing: LatestDrawing | null;
}

export interface LatestDrawing {
  /** Of the pixels of images, by how they came, largest first; shares add up to 1. Empty: none came. */
  readonly mix: readonly { readonly source: PixelSource; readonly share: number }[];
  /** Pictures a second; null: no video. */
  readonly video: { readonly shown: number; readonly skipped: number } | null;
  readonly drawing: Spread | null;
  readonly answers: Spread | null;
}

interface Sample {
  readonly figures: SessionFigures;
  readonly at: number;
}

/** What is counted over several seconds, as it comes and goes, ms. */
const WINDOW_MS = 5000;

/** Turns counters that only grow into figures of now. */
export class FigureWindow {
  #samples: Sample[] = [];

  /** @param at ms, any clock. @returns null until there are two samples of one session. */
  add(figures: SessionFigures, at: number): LatestFigures | null {
    const before = this.#samples.at(-1);
    // A new session counts from nothing.
    if (before !== undefined && figures.bytesIn < before.figures.bytesIn) this.#samples = [];
    this.#samples.push({ figures, at });
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > WINDOW_MS) this.#samples.shift();
    const last = this.#samples.at(-2);
    const first = this.#samples[0];
    if (last === undefined || first === undefined || at <= last.at) return null;
    const perSecond = 1000 / (at - last.at);
    return {
      framesPerSecond: (figures.frames - last.figures.frames) * perSecond,
      bytesPerSecond: (figures.bytesIn - last.figures.bytesIn) * perSecond,
      drawing: drawingOf(first, { figures, at }),
    };
  }
}

function drawingOf(first: Sample, { figures: { drawing: now }, at }: Sample): LatestDrawing | null {
  const then = first.figures.drawing;
  if (then === undefined || now === undefined) return null;
  const perSecond = 1000 / (at - first.at);
  const came = now.pixels.map(([source, pixels], index) => ({
    source,
    pixels: pixels - (then.pixels[index]?.[1] ?? 0),
  }));
  const all = came.reduce((sum, { pixels }) => sum + pixels, 0);
  const shown = now.videoShown - then.videoShown;
  const skipped = now.videoSkipped - then.videoSkipped;
  return {
    mix: came
      .filter(({ pixels }) => pixels > 0)
      .toSorted((one, other) => other.pixels - one.pixels)
      .map(({ source, pixels }) => ({ source, share: pixels / all })),
    video: shown + skipped === 0 ? null : { shown: shown * perSecond, skipped: skipped * perSecond },
    drawing: now.drawing,
    answers: now.answers,
  };
}
