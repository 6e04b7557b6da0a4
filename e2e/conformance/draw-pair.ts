import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHANNEL, SURFACE_FORMAT } from '../../renderer/spice/protocol/constants.ts';
import { display } from '../spice-server/display-messages.ts';
import type { Message } from '../spice-server/message.ts';
import type { ServerChannel } from '../spice-server/server-channel.ts';
import { SpiceServer } from '../spice-server/spice-server.ts';
import { colorOf } from './reference/raw-surface.ts';
import { ReferenceClient } from './reference/reference-client.ts';
import { Viewer } from './viewer.ts';

/** Our viewer and spice-gtk's client on one server of ours, which sends the very same bytes to both. */
export class DrawPair implements AsyncDisposable {
  readonly ours: Viewer;
  readonly theirs: ReferenceClient;
  /** What spice-gtk complained of since the last `clear`; it is kept short. */
  readonly complaints: string[];
  readonly #server: SpiceServer;
  readonly #folder: string;

  static async open(): Promise<DrawPair> {
    const folder = await mkdtemp(join(tmpdir(), 'innkeeper-draw-'));
    const server = await SpiceServer.listen({ path: join(folder, 'spice') });
    const complaints: string[] = [];
    try {
      const greeted = Promise.all([greetNext(server), greetNext(server)]);
      const stderr = (text: string): void => {
        complaints.push(text);
        if (complaints.length > 20) complaints.shift();
      };
      const theirs = await ReferenceClient.connect(server.path, { stderr });
      const ours = await Viewer.connect(server.path, null);
      await greeted;
      return new DrawPair(ours, theirs, server, folder, complaints);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(
    ours: Viewer,
    theirs: ReferenceClient,
    server: SpiceServer,
    folder: string,
    complaints: string[],
  ) {
    this.ours = ours;
    this.theirs = theirs;
    this.complaints = complaints;
    this.#server = server;
    this.#folder = folder;
  }

  /** Sends messages to both and waits until both have handled them. */
  async send(type: number, messages: readonly Message[]): Promise<void> {
    await Promise.all(
      this.#server.clients.map(async (client) => {
        const channel = await client.channel(type);
        for (const message of messages) {
          await channel.withinWindow();
          channel.send(message.type, message.body);
        }
        await channel.handled();
      }),
    );
  }

  /** After a failure: whether it is we who have gone, and what the one that has gone said. */
  async whoFailed(): Promise<{ readonly ours: boolean; readonly note: string }> {
    try {
      void this.ours.surface;
    } catch (error) {
      return { ours: true, note: `ours: ${String(error)}` };
    }
    const end = await this.theirs.ended();
    return { ours: false, note: `${end.message} ${this.complaints.at(-1) ?? ''}` };
  }

  /** Forgets all surfaces, images and palettes of both. */
  async clear(surfaces: readonly number[]): Promise<void> {
    this.complaints.length = 0;
    const rest = [display.forgetAllImages(), display.forgetAllPalettes()];
    await this.send(CHANNEL.display, [...surfaces.map((id) => display.surfaceDestroy(id)), ...rest]);
  }

  /**
   * How many pixels of the screen differ, and where the first one is. Of formats without alpha the spare byte says nothing; with
   * alpha all four bytes count.
   */
  async compare(): Promise<{ readonly differing: number; readonly first: string }> {
    const theirs = await this.theirs.surface();
    const ours = this.ours.surface;
    if (ours === null) return { differing: theirs.width * theirs.height, first: 'we have no screen' };
    const { width, height } = ours;
    if (width !== theirs.width || height !== theirs.height) {
      return { differing: width * height, first: `theirs is ${theirs.width}×${theirs.height}` };
    }
    const seen = theirs.format === SURFACE_FORMAT.argb32 ? 0xffffffff : 0x00ffffff;
    let differing = 0;
    let first = '';
    const color = colorOf(theirs);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const mine = swapped(ours.data[y * width + x] ?? 0) & seen;
        const other = color(x, y) & seen;
        if (mine === other) continue;
        differing += 1;
        first ||= `at ${x},${y} ours ${hex(mine)}, theirs ${hex(other)}`;
      }
    }
    return { differing, first };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ours[Symbol.dispose]();
    await this.theirs[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A client sees a small screen at first, so that it counts as connected. */
async function greetNext(server: SpiceServer): Promise<ServerChannel> {
  const channel = await (await server.nextClient()).display;
  channel.setAck(20);
  const size = { width: 16, height: 16 };
  channel.sendAll([display.surfaceCreate(0, size, SURFACE_FORMAT.xrgb32), display.mark()]);
  channel.sendAll([display.surfaceDestroy(0)]);
  return channel;
}

/** 0xAABBGGRR ↔ 0xAARRGGBB. */
function swapped(word: number): number {
  return (word & 0xff00ff00) | ((word & 0xff) << 16) | ((word >>> 16) & 0xff);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
