import { IMAGE_TYPE, type VideoCodec } from '../protocol/constants.ts';
import type { Image } from '../protocol/image.ts';

/** How pixels come over; `cached`: not again, the client had them. */
export const pixelSources = [
  'bitmap',
  'quic',
  'lz',
  'glz',
  'lz4',
  'jpeg',
  'cached',
  'mjpeg',
  'vp8',
  'h264',
  'vp9',
  'h265',
] as const;
export type PixelSource = (typeof pixelSources)[number];

const indexOf = Object.fromEntries(pixelSources.map((source, index) => [source, index])) as Readonly<
  Record<PixelSource, number>
>;

/** By IMAGE_TYPE; a surface is the guest's own drawing and comes over as nothing. */
const imageSources: Readonly<Partial<Record<number, PixelSource>>> = {
  [IMAGE_TYPE.bitmap]: 'bitmap',
  [IMAGE_TYPE.quic]: 'quic',
  [IMAGE_TYPE.lzPalette]: 'lz',
  [IMAGE_TYPE.lzRgb]: 'lz',
  [IMAGE_TYPE.glzRgb]: 'glz',
  [IMAGE_TYPE.zlibGlzRgb]: 'glz',
  [IMAGE_TYPE.lz4]: 'lz4',
  [IMAGE_TYPE.jpeg]: 'jpeg',
  [IMAGE_TYPE.jpegAlpha]: 'jpeg',
  [IMAGE_TYPE.fromCache]: 'cached',
  [IMAGE_TYPE.fromCacheLossless]: 'cached',
};

/** What has come over a display channel since it began. Counting allocates nothing. */
export class DisplayStatistics {
  /** By the index of `pixelSources`. */
  readonly #pixels = new Float64Array(pixelSources.length);
  #videoShown = 0;
  #videoSkipped = 0;
  #takenUpAt = Number.NaN;
  #undrawnSince = Number.NaN;

  /** Pictures of videos that were shown. */
  get videoShown(): number {
    return this.#videoShown;
  }

  /** Pictures of videos that were passed over, as a later one was due already or could not be decoded. */
  get videoSkipped(): number {
    return this.#videoSkipped;
  }

  pixels(source: PixelSource): number {
    return this.#pixels[indexOf[source]] ?? 0;
  }

  countImage({ type, width, height }: Image): void {
    const source = imageSources[type];
    if (source !== undefined) this.#add(source, width * height);
  }

  countVideo(codec: VideoCodec, width: number, height: number): void {
    this.#videoShown += 1;
    this.#add(codec, width * height);
  }

  skipVideo(pictures: number): void {
    this.#videoSkipped += pictures;
  }

  /** A message is taken up now. */
  begin(): void {
    this.#takenUpAt = performance.now();
  }

  /** The message at hand has changed what is shown. Of several until it is drawn, the first is what counts. */
  changed(): void {
    if (Number.isNaN(this.#undrawnSince)) this.#undrawnSince = this.#takenUpAt;
  }

  /** What has changed is on the screen now. @returns how long its first message took to there, ms; NaN: nothing had changed. */
  drawn(): number {
    const took = performance.now() - this.#undrawnSince;
    this.#undrawnSince = Number.NaN;
    return took;
  }

  #add(source: PixelSource, pixels: number): void {
    const index = indexOf[source];
    this.#pixels[index] = (this.#pixels[index] ?? 0) + pixels;
  }
}
