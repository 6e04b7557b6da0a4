import { type GlzImage, GlzWindow } from '../codecs/glz-window.ts';
import type { JpegDecoder } from '../codecs/jpeg-alpha.ts';
import { PixmapCache } from './pixmap-cache.ts';

/** 80 MiB of decoded images. */
const cachePixels = 20 * 1024 * 1024;
/** 64 MiB; a window of 0 would make the server's automatic mode do without GLZ. */
const windowPixels = 16 * 1024 * 1024;

/** The GLZ window, which also tells when something came in. */
class SharedWindow extends GlzWindow {
  #waiting: (() => void)[] = [];

  override add(id: number, image: GlzImage): void {
    super.add(id, image);
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves when there is one more image. */
  whenAdded(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** What all display channels of a session have in common: the server sees one image cache and one GLZ dictionary. */
export class SharedImages {
  /** Offered to the server in DISPLAY_INIT. */
  readonly cachePixels = cachePixels;
  readonly windowPixels = windowPixels;
  readonly cache = new PixmapCache(cachePixels);
  readonly window = new SharedWindow(windowPixels);
  readonly decodeJpeg: JpegDecoder;
  #channels = 0;

  constructor(decodeJpeg: JpegDecoder) {
    this.decodeJpeg = decodeJpeg;
  }

  /** Whether an image that is missing may still come, over another channel. */
  get several(): boolean {
    return this.#channels > 1;
  }

  /** A display channel begins to use the caches; dispose what it gets when it ends. */
  join(): Disposable {
    this.#channels += 1;
    let joined = true;
    return {
      [Symbol.dispose]: () => {
        if (joined) this.#channels -= 1;
        joined = false;
      },
    };
  }
}
