import { drawAlphaBlend, drawComposite } from '../canvas/blend.ts';
import {
  copyBits,
  drawBlackness,
  drawCopy,
  drawFill,
  drawInvers,
  drawOpaque,
  drawRop3,
  drawTransparent,
  drawWhiteness,
} from '../canvas/draw.ts';
import type { Mask, Raster } from '../canvas/draw-types.ts';
import { drawStroke } from '../canvas/stroke.ts';
import type { Surface } from '../canvas/surface.ts';
import { drawText } from '../canvas/text.ts';
import { ImageLoader } from '../images/image-loader.ts';
import type { SharedImages } from '../images/shared-images.ts';
import type { ChannelHandler, ChannelSender } from '../link/channel.ts';
import type { Serials } from '../link/serials.ts';
import { displayInit, preferredCompression, preferredVideoCodecs } from '../protocol/client-messages.ts';
import {
  ALPHA_FLAG,
  DISPLAY_CAP,
  DISPLAY_OUT,
  type ImageCompression,
  RESOURCE_TYPE,
  SCALE_MODE,
  type VideoCodec,
} from '../protocol/constants.ts';
import type { DrawBase } from '../protocol/draw.ts';
import type { Rect } from '../protocol/geometry.ts';
import { type DisplayMessage, type MonitorHead, readDisplayMessage } from '../protocol/messages.ts';
import { DirtyAreas } from './dirty-areas.ts';
import { compositeOf } from './display-composite.ts';
import { DisplayStatistics } from './display-statistics.ts';
import {
  brushImage,
  brushOf,
  loaded,
  maskImage,
  maskOf,
  pixels,
  sourceOf,
  type Wanted,
} from './draw-inputs.ts';
import { Surfaces } from './surfaces.ts';
import { type VideoHost, VideoStreams } from './video-streams.ts';

export interface DisplayEvents {
  surfaceCreated(surface: Surface): void;
  surfaceDestroyed(surface: Surface): void;
  /** A part of a primary surface has changed. Called once the messages at hand are done, with few rectangles. */
  dirty(surface: Surface, rect: Rect): void;
  /** Whether the primary surface is to be shown: false while the guest sets a mode. */
  marked(shown: boolean): void;
  monitors(heads: readonly MonitorHead[], maxAllowed: number): void;
}

export interface DisplayOptions {
  readonly images: SharedImages;
  readonly serials: Serials;
  readonly events: DisplayEvents;
  readonly video: VideoHost;
  /** What is asked of the server; absent leaves it to the server. */
  readonly compression?: ImageCompression | undefined;
}

/**
 * What to ask of a server on this computer. spice-server goes by each client's wish (dcc.cpp, dcc_handle_preferred_compression); one
 * that was built without LZ4 keeps its own way. That it can LZ4 no server announces: the capability of that name is the client's.
 * On a unix socket the wish is for pictures of whole surfaces, so for how a session begins. A text console of 1024×768 came in
 * 155 kB; uncompressed in 3,146 kB, as auto_glz (LZ there) in 84 kB, as QUIC in 364 kB, each after 8 to 14 ms. But auto_glz turns to
 * QUIC for photographs, which takes both sides longest.
 */
export const compressionNearby = 'lz4' satisfies ImageCompression;

/** What we announce for display channels; the video codecs beyond MJPEG are the host's. */
export function displayCapabilities(codecs: readonly VideoCodec[]): readonly number[] {
  const bits: number[] = [
    DISPLAY_CAP.sizedStream,
    DISPLAY_CAP.monitorsConfig,
    DISPLAY_CAP.composite,
    DISPLAY_CAP.a8Surface,
    DISPLAY_CAP.streamReport,
    DISPLAY_CAP.lz4Compression,
    DISPLAY_CAP.preferredCompression,
    DISPLAY_CAP.multiCodec,
    DISPLAY_CAP.preferredVideoCodec,
  ];
  for (const codec of codecs) bits.push(capabilityOfCodec[codec]);
  return bits;
}

const capabilityOfCodec = {
  mjpeg: DISPLAY_CAP.codecMjpeg,
  vp8: DISPLAY_CAP.codecVp8,
  h264: DISPLAY_CAP.codecH264,
  vp9: DISPLAY_CAP.codecVp9,
  h265: DISPLAY_CAP.codecH265,
} as const satisfies Record<VideoCodec, number>;

type Drawing = Promise<void> | undefined;
type Message<Kind extends DisplayMessage['kind']> = Extract<DisplayMessage, { kind: Kind }>['body'];

/** Applies the messages of a display channel to its surfaces. A message whose image is still being decoded holds up those after it. */
export class DisplayChannel implements ChannelHandler, Disposable {
  readonly statistics = new DisplayStatistics();
  readonly #sender: ChannelSender;
  readonly #options: DisplayOptions;
  readonly #surfaces: Surfaces;
  readonly #loader: ImageLoader;
  readonly #streams: VideoStreams;
  readonly #dirty = new DirtyAreas();
  #flushQueued = false;

  /** Greets the server at once (DISPLAY_INIT must be the channel's first message). */
  constructor(sender: ChannelSender, options: DisplayOptions) {
    const { images } = options;
    this.#sender = sender;
    this.#options = options;
    this.#surfaces = new Surfaces({
      surfaceCreated: (surface) => options.events.surfaceCreated(surface),
      surfaceDestroyed: (surface) => {
        this.#dirty.forget(surface);
        this.#streams.forgetSurface(surface);
        options.events.surfaceDestroyed(surface);
      },
    });
    this.#loader = new ImageLoader(images, this.#surfaces, (image) => this.statistics.countImage(image));
    this.#streams = new VideoStreams(sender, options.video, this.statistics, (surface, rect) =>
      this.#changed(surface, rect),
    );
    sender.send(
      DISPLAY_OUT.init,
      displayInit({
        pixmapCacheId: 1,
        pixmapCacheSize: BigInt(images.cachePixels),
        glzDictionaryId: 1,
        glzWindowSize: images.windowPixels,
      }),
    );
    this.#sendPreferences();
  }

  /** Every surface there is now; the primary one is what a screenshot shows. */
  get primary(): Surface | null {
    return this.#surfaces.primary;
  }

  receive(type: number, body: Uint8Array): Drawing {
    this.statistics.begin();
    return this.#handle(readDisplayMessage(type, body));
  }

  [Symbol.dispose](): void {
    this.#streams[Symbol.dispose]();
    this.#loader[Symbol.dispose]();
  }

  #sendPreferences(): void {
    const { compression, video } = this.#options;
    if (compression !== undefined && this.#sender.serverHas(DISPLAY_CAP.preferredCompression)) {
      this.#sender.send(DISPLAY_OUT.preferredCompression, preferredCompression(compression));
    }
    if (video.codecs.length > 0 && this.#sender.serverHas(DISPLAY_CAP.preferredVideoCodec)) {
      this.#sender.send(DISPLAY_OUT.preferredVideoCodec, preferredVideoCodecs(video.codecs));
    }
  }

  #handle(message: DisplayMessage): Drawing {
    switch (message.kind) {
      case 'mode':
        this.#surfaces.setMode(message.body.width, message.body.height, message.body.bits);
        return undefined;
      case 'mark':
        this.#flush();
        this.#options.events.marked(true);
        return undefined;
      case 'reset':
        this.#reset();
        return undefined;
      case 'surfaceCreate': {
        const { surfaceId, width, height, format, flags } = message.body;
        this.#surfaces.create(surfaceId, width, height, format, flags);
        return undefined;
      }
      case 'surfaceDestroy':
        this.#surfaces.destroy(message.body.surfaceId);
        return undefined;
      case 'monitorsConfig':
        // A list without monitors says nothing; guests send it while they set up.
        if (message.body.heads.length > 0) {
          this.#options.events.monitors(message.body.heads, message.body.maxAllowed);
        }
        return undefined;
      case 'invalidateList':
        for (const { type, id } of message.body.resources) {
          if (type === RESOURCE_TYPE.pixmap) this.#options.images.cache.remove(id);
        }
        return undefined;
      case 'invalidateAllPixmaps':
        return this.#invalidateAll(message.body);
      case 'invalidatePalette':
        this.#loader.palettes.remove(message.body.id);
        return undefined;
      case 'invalidateAllPalettes':
        this.#loader.palettes.clear();
        return undefined;
      case 'streamCreate':
        this.#streams.create(message.body, this.#surfaces.get(message.body.surfaceId));
        return undefined;
      case 'streamData':
        return this.#streams.data(message.body);
      case 'streamDataSized':
        return this.#streams.data(message.body, message.body.destination);
      case 'streamClip':
        this.#streams.clip(message.body.streamId, message.body.clip);
        return undefined;
      case 'streamDestroy':
        this.#streams.destroy(message.body.streamId);
        return undefined;
      case 'streamDestroyAll':
        this.#streams.destroyAll();
        return undefined;
      case 'streamActivateReport':
        this.#streams.activateReport(message.body);
        return undefined;
      default:
        return this.#draw(message);
    }
  }

  #draw(message: DrawMessage): Drawing {
    switch (message.kind) {
      case 'copyBits': {
        const { base, source } = message.body;
        return this.#on(base, [], (surface) => copyBits(surface, base, source));
      }
      case 'drawFill': {
        const { base, brush, rop, mask } = message.body;
        return this.#on(base, [brushImage(brush), maskImage(mask)], (surface, [pattern, stencil]) =>
          drawFill(surface, base, brushOf(brush, pattern), rop, maskOf(mask, stencil)),
        );
      }
      case 'drawOpaque': {
        const { base, image, area, brush, rop, scaleMode, mask } = message.body;
        const images = [pixels(image), brushImage(brush), maskImage(mask)];
        return this.#on(base, images, (surface, [raster, pattern, stencil]) => {
          const source = sourceOf(raster, area, scaleMode);
          drawOpaque(surface, base, source, brushOf(brush, pattern), rop, maskOf(mask, stencil));
        });
      }
      case 'drawCopy':
      case 'drawBlend': {
        const { base, image, area, rop, scaleMode, mask } = message.body;
        return this.#on(base, [pixels(image), maskImage(mask)], (surface, [raster, stencil]) =>
          drawCopy(surface, base, sourceOf(raster, area, scaleMode), rop, maskOf(mask, stencil)),
        );
      }
      case 'drawBlackness':
        return this.#stencilled(message.body, drawBlackness);
      case 'drawWhiteness':
        return this.#stencilled(message.body, drawWhiteness);
      case 'drawInverse':
        return this.#stencilled(message.body, drawInvers);
      case 'drawRop3': {
        const { base, image, area, brush, rop3, scaleMode, mask } = message.body;
        const images = [pixels(image), brushImage(brush), maskImage(mask)];
        return this.#on(base, images, (surface, [raster, pattern, stencil]) => {
          const source = sourceOf(raster, area, scaleMode);
          drawRop3(surface, base, source, brushOf(brush, pattern), rop3, maskOf(mask, stencil));
        });
      }
      case 'drawStroke': {
        const { base, path, line, brush, foreRop } = message.body;
        return this.#on(base, [brushImage(brush)], (surface, [pattern]) =>
          drawStroke(surface, base, path, line, brushOf(brush, pattern), foreRop),
        );
      }
      case 'drawText': {
        const { base, string, backArea, foreBrush, backBrush, foreRop } = message.body;
        return this.#on(base, [brushImage(foreBrush), brushImage(backBrush)], (surface, [fore, back]) =>
          drawText(surface, base, {
            bits: string.bitsPerPixel,
            glyphs: string.glyphs,
            backArea,
            foreBrush: brushOf(foreBrush, fore),
            backBrush: brushOf(backBrush, back),
            foreMode: foreRop,
          }),
        );
      }
      case 'drawTransparent': {
        const { base, image, area, trueColor } = message.body;
        return this.#on(base, [pixels(image)], (surface, [raster]) =>
          drawTransparent(surface, base, sourceOf(raster, area, SCALE_MODE.nearest), trueColor),
        );
      }
      case 'drawAlphaBlend': {
        const { base, image, area, alpha, alphaFlags } = message.body;
        const flags = {
          destHasAlpha: (alphaFlags & ALPHA_FLAG.destinationHasAlpha) !== 0,
          sourceSurfaceHasAlpha: (alphaFlags & ALPHA_FLAG.sourceSurfaceHasAlpha) !== 0,
        };
        return this.#on(base, [{ image, use: 'original' }], (surface, [raster]) =>
          drawAlphaBlend(surface, base, sourceOf(raster, area, SCALE_MODE.nearest), alpha, flags),
        );
      }
      case 'drawComposite': {
        const { body } = message;
        const images = [pixels(body.image), body.mask === null ? null : pixels(body.mask)];
        return this.#on(body.base, images, (surface, [source, mask]) =>
          drawComposite(surface, body.base, compositeOf(body, loaded(source), mask ?? null)),
        );
      }
    }
  }

  #stencilled(
    { base, mask }: Message<'drawInverse'>,
    draw: (surface: Surface, target: DrawBase, mask: Mask | null) => void,
  ): Drawing {
    return this.#on(base, [maskImage(mask)], (surface, [stencil]) =>
      draw(surface, base, maskOf(mask, stencil)),
    );
  }

  /** Draws when every image is there: at once, but for images that are decoded elsewhere. */
  #on(
    base: DrawBase,
    wanted: readonly Wanted[],
    draw: (surface: Surface, rasters: readonly (Raster | null)[]) => void,
  ): Drawing {
    const surface = this.#surfaces.get(base.surfaceId);
    const rasters: (Raster | null)[] = [];
    this.#loader.begin();
    const next = (): Drawing => {
      while (rasters.length < wanted.length) {
        const want = wanted[rasters.length] ?? null;
        const raster = want === null ? null : this.#loader.load(want.image, want.use, surface.format);
        if (raster instanceof Promise) {
          return raster.then((done) => {
            rasters.push(done);
            return next();
          });
        }
        rasters.push(raster);
      }
      draw(surface, rasters);
      this.#changed(surface, base.box);
      return undefined;
    };
    return next();
  }

  #invalidateAll({ waits }: Message<'invalidateAllPixmaps'>): Drawing {
    const clear = (): void => this.#options.images.cache.clear();
    const wait = this.#options.serials.wait(waits, this.#sender);
    if (wait !== undefined) return wait.then(clear);
    clear();
    return undefined;
  }

  /** RESET: the guest sets its screen up anew. */
  #reset(): void {
    const { primary } = this.#surfaces;
    if (primary !== null) {
      primary.data.fill(0);
      this.#changed(primary, { left: 0, top: 0, right: primary.width, bottom: primary.height });
    }
    this.#loader.palettes.clear();
    this.#options.events.marked(false);
  }

  #changed(surface: Surface, rect: Rect): void {
    if (!surface.primary) return;
    this.statistics.changed();
    this.#dirty.add(surface, rect);
    if (this.#flushQueued || this.#dirty.empty) return;
    this.#flushQueued = true;
    // After the messages that have arrived together.
    queueMicrotask(() => {
      this.#flushQueued = false;
      this.#flush();
    });
  }

  #flush(): void {
    this.#dirty.take((surface, rect) => this.#options.events.dirty(surface, rect));
  }
}

type DrawMessage = Extract<DisplayMessage, { body: { readonly base: DrawBase } }>;
