import type { ChannelHandler } from '../link/channel.ts';
import type { Point } from '../protocol/geometry.ts';
import { type CursorData, readCursorMessage } from '../protocol/messages.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { type CursorShape, readCursorShape } from './cursor-shape.ts';

/** What the guest's pointer looks like. In the client's mouse mode only `shape` and `visible` matter: the position is ours. */
export interface CursorState {
  /** Null: the guest shows no pointer of its own; the default one is right. */
  readonly shape: CursorShape | null;
  readonly visible: boolean;
  /** The hotspot, in pixels of the surface; may be outside. */
  readonly position: Point;
  /** How many earlier pointers stay visible behind it, and how often one is added, ms; 0 for no trail. */
  readonly trail: { readonly length: number; readonly frequency: number };
}

export interface CursorEvents {
  cursor(state: CursorState): void;
}

const NO_CURSOR: CursorState = {
  shape: null,
  visible: false,
  position: { x: 0, y: 0 },
  trail: { length: 0, frequency: 0 },
};
/** Servers keep at most 256 pointers in a client's cache (spice-server's CLIENT_CURSOR_CACHE_SIZE). */
const MAX_CACHED = 1024;
const MAX_CACHED_PIXELS = 16 * 1024 * 1024;

/** CursorChannel: keeps the pointer's state and the cache of shapes that the server refers to. */
export class CursorChannel implements ChannelHandler {
  readonly #events: CursorEvents;
  readonly #cache = new Map<bigint, CursorShape>();
  #cachedPixels = 0;
  #state = NO_CURSOR;

  constructor(events: CursorEvents) {
    this.#events = events;
  }

  receive(type: number, bytes: Uint8Array): void {
    const message = readCursorMessage(type, bytes);
    switch (message.kind) {
      case 'init': {
        const { cursor, position, visible, trailLength, trailFrequency } = message.body;
        this.#forgetAll();
        const trail = { length: trailLength, frequency: trailFrequency };
        this.#update({ shape: this.#shapeOf(cursor), position, visible: visible && cursor !== null, trail });
        return;
      }
      case 'set': {
        const { cursor, position, visible } = message.body;
        this.#update({ shape: this.#shapeOf(cursor), position, visible: visible && cursor !== null });
        return;
      }
      case 'move':
        this.#update({ position: message.body.position, visible: true });
        return;
      case 'hide':
        this.#update({ visible: false });
        return;
      case 'trail':
        this.#update({ trail: message.body });
        return;
      case 'reset':
        this.#forgetAll();
        this.#update(NO_CURSOR);
        return;
      case 'invalidateOne':
        this.#forget(message.body.id);
        return;
      case 'invalidateAll':
        this.#forgetAll();
        return;
    }
  }

  #update(change: Partial<CursorState>): void {
    this.#state = { ...this.#state, ...change };
    this.#events.cursor(this.#state);
  }

  #shapeOf(cursor: CursorData | null): CursorShape | null {
    if (cursor === null) return null;
    if (cursor.source === 'cache') {
      const kept = this.#cache.get(cursor.id);
      if (kept === undefined)
        throw new ProtocolError('cursor.set', `no pointer ${cursor.id} is in the cache`);
      return kept;
    }
    const shape = readCursorShape(cursor);
    if (cursor.cache) this.#keep(cursor.id, shape);
    return shape;
  }

  #keep(id: bigint, shape: CursorShape): void {
    this.#forget(id);
    this.#cachedPixels += shape.pixels.data.length;
    if (this.#cache.size >= MAX_CACHED || this.#cachedPixels > MAX_CACHED_PIXELS) {
      throw new ProtocolError('cursor.set', 'the server has us keep more pointers than we take');
    }
    this.#cache.set(id, shape);
  }

  #forget(id: bigint): void {
    this.#cachedPixels -= this.#cache.get(id)?.pixels.data.length ?? 0;
    this.#cache.delete(id);
  }

  #forgetAll(): void {
    this.#cache.clear();
    this.#cachedPixels = 0;
  }
}
