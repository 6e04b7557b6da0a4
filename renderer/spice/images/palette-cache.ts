import type { Palette, PaletteSource } from '../protocol/image.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';

/** Palettes the server may refer to again. Its own bound is far below this (red_worker keeps 128 of 256 colours). */
const mostPalettes = 4096;

const mostColours = 256;

/** Colours sent with one image and named by id in later ones. */
export class PaletteCache {
  readonly #palettes = new Map<bigint, Palette>();

  /** The colours that an image asks for, or null where it has none. @throws ProtocolError for an id not kept. */
  resolve(source: PaletteSource): Uint32Array | null {
    switch (source.kind) {
      case 'none':
        return null;
      case 'inline':
        if (source.cache) this.#put(source.palette);
        return source.palette.entries;
      case 'cached': {
        const palette = this.#palettes.get(source.id);
        if (palette === undefined)
          throw new ProtocolError('images', `palette ${source.id} is not in the cache`);
        return palette.entries;
      }
    }
  }

  remove(id: bigint): void {
    this.#palettes.delete(id);
  }

  clear(): void {
    this.#palettes.clear();
  }

  #put(palette: Palette): void {
    const { id, entries } = palette;
    // No format has an index beyond that, and what is not used is not to be held.
    const kept = entries.length > mostColours ? { id, entries: entries.slice(0, mostColours) } : palette;
    this.#palettes.set(id, kept);
    if (this.#palettes.size > mostPalettes) throw new ProtocolError('images', 'too many palettes are kept');
  }
}
