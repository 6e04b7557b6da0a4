import { drawingKinds, RandomDrawing } from '../../renderer/spice/canvas/testing/random-drawing.ts';
import { SURFACE_FORMAT } from '../../renderer/spice/protocol/constants.ts';
import type { Size } from '../spice-server/image-messages.ts';
import type { Message } from '../spice-server/message.ts';
import * as composite from './draw-composite.ts';
import * as directed from './draw-directed.ts';
import type { Dictionary } from './draw-images.ts';
import * as shapes from './draw-shapes.ts';
import { World } from './draw-world.ts';

/** Messages that begin with a screen of their own; what differs after the last of them is counted. */
export interface Sequence {
  /** Enough to find it again. */
  readonly name: string;
  readonly messages: readonly Message[];
  /** The surfaces that are there at its end; 0, the screen, when absent. */
  readonly surfaces?: readonly number[];
}

/** Sequences of one kind: one row of the table. */
export interface Scene {
  readonly what: string;
  /** The screen's format. */
  readonly mode: string;
  readonly sequences: Iterable<Sequence>;
}

const RANDOM_SEQUENCES = 24;
const DRAWINGS = 20;
const DIRECTED_SEQUENCES = 24;
const LARGE = { width: 400, height: 240 };

const formats = Object.entries({
  '16 bits 555': SURFACE_FORMAT.rgb555,
  '16 bits 565': SURFACE_FORMAT.rgb565,
  '32 bits': SURFACE_FORMAT.xrgb32,
  '32 bits alpha': SURFACE_FORMAT.argb32,
});

const directions: Readonly<Record<string, directed.Direction>> = {
  'rop3, all codes': directed.rop3,
  'images of every type': directed.images,
  'kept masks and palettes': directed.kept,
  'surfaces beside the screen': directed.surfaces,
  'alpha_blend flags': directed.alphaFlags,
  'copy_bits, overlapping': directed.overlaps,
  'far outside': directed.farAway,
  'strokes, curves, dashes': shapes.strokes,
  'text over text': shapes.texts,
  'mode and reset': directed.modes,
  'composite, all operators': composite.composites,
  'composite of surfaces': composite.compositedSurfaces,
  'surfaces of alpha': composite.alphaSurfaces,
  'from another depth': composite.conversions,
};

/** Every scene, in each format a screen can have. Sequences are made as they are asked for, as the dictionary must be in step. */
export function* drawScenes(dictionary: Dictionary): Iterable<Scene> {
  for (const [mode, format] of formats) {
    for (const kind of drawingKinds) {
      yield { what: `random ${kind}`, mode, sequences: randomSequences(kind, format) };
    }
    for (const [what, direction] of Object.entries(directions)) {
      yield { what, mode, sequences: directedSequences(direction, format, dictionary) };
    }
    const large = directedSequences(directed.largeImages, format, dictionary, LARGE);
    yield { what: 'large images', mode, sequences: large };
  }
}

function* randomSequences(kind: (typeof drawingKinds)[number], format: number): Iterable<Sequence> {
  for (let seed = 1000; seed < 1000 + RANDOM_SEQUENCES; seed += 1) {
    const messages = new RandomDrawing(seed, kind, format).messages(DRAWINGS);
    yield { name: `seed ${seed}`, messages };
  }
}

function* directedSequences(
  direction: directed.Direction,
  format: number,
  dictionary: Dictionary,
  size?: Size,
): Iterable<Sequence> {
  for (let round = 0; round < DIRECTED_SEQUENCES; round += 1) {
    const world = new World(round + 1, format, dictionary, size);
    direction(world, round);
    yield { name: `round ${round}`, messages: world.messages, surfaces: world.surfaces };
  }
}
