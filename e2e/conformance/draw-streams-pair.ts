import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { SURFACE_FORMAT } from '../../renderer/spice/protocol/constants.ts';
import type { Stage } from '../replay/stage.ts';
import { display } from '../spice-server/display-messages.ts';
import { draw } from '../spice-server/draw-messages.ts';
import type { Message } from '../spice-server/message.ts';
import { SpiceServer } from '../spice-server/spice-server.ts';
import { differing, type Picture } from './picture.ts';
import { ReferenceClient } from './reference/reference-client.ts';

/** Both clients' multi-media clocks are set to this at first, ms. */
const CLOCK_START = 100_000;
/** How long the two may take to show the same. */
const SAME_WITHIN_MS = 1000;
const SHOWN_WITHIN_MS = 5000;

const figuresShape = z.object({ drawing: z.object({ videoShown: z.number() }) });

/**
 * Our viewer in a browser, as only that decodes Motion JPEG, and spice-gtk's client, on one server of ours that sends the very same bytes
 * to both.
 */
export class StreamPair implements AsyncDisposable {
  /** What spice-gtk complained of last. */
  readonly complaint: { readonly last: string };
  readonly #stage: Stage;
  readonly #theirs: ReferenceClient;
  readonly #server: SpiceServer;
  readonly #folder: string;
  readonly #clockStartedAt: number;

  static async open(stage: Stage): Promise<StreamPair> {
    const folder = await mkdtemp(join(tmpdir(), 'innkeeper-draw-'));
    const server = await SpiceServer.listen({ path: join(folder, 'spice') });
    try {
      const greeted = Promise.all([greetNext(server), greetNext(server)]);
      const complaint = { last: '' };
      const stderr = (text: string): void => {
        complaint.last = text;
      };
      const theirs = await ReferenceClient.connect(server.path, { stderr });
      await stage.open('own', server.path);
      await greeted;
      const startedAt = performance.now();
      await Promise.all(
        server.clients.map(async (client) => {
          client.multiMediaTime(CLOCK_START);
          await client.main.handled();
        }),
      );
      const pair = new StreamPair(stage, theirs, server, folder, startedAt, complaint);
      await pair.send([display.surfaceDestroy(0)]);
      return pair;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(
    stage: Stage,
    theirs: ReferenceClient,
    server: SpiceServer,
    folder: string,
    clockStartedAt: number,
    complaint: { readonly last: string },
  ) {
    this.complaint = complaint;
    this.#stage = stage;
    this.#theirs = theirs;
    this.#server = server;
    this.#folder = folder;
    this.#clockStartedAt = clockStartedAt;
  }

  /** What the clients take for the server's multi-media time now, ms. */
  get clock(): number {
    return CLOCK_START + Math.round(performance.now() - this.#clockStartedAt);
  }

  /** Sends messages to both and waits until both have handled them; pictures of streams are shown later. */
  async send(messages: readonly Message[]): Promise<void> {
    await Promise.all(
      this.#server.clients.map(async (client) => {
        const channel = await client.display;
        for (const message of messages) {
          await channel.withinWindow();
          channel.send(message.type, message.body);
        }
        await channel.handled();
      }),
    );
  }

  /** Resolves when both clients' clocks show a later time than this. */
  async passed(time: number): Promise<void> {
    while (this.clock <= time) await delay(time - this.clock + 1);
  }

  /** How many pictures of streams our viewer has shown. */
  async shown(): Promise<number> {
    return figuresShape.parse(await this.#stage.figures()).drawing.videoShown;
  }

  /** Resolves when our viewer has shown so many pictures of streams; false when it does not. */
  async showsAtLeast(count: number): Promise<boolean> {
    for (const deadline = performance.now() + SHOWN_WITHIN_MS; performance.now() < deadline; ) {
      if ((await this.shown()) >= count) return true;
    }
    return false;
  }

  /** What both show, once `same` holds of it or after a while in which it never did. */
  async look(
    same: (ours: Picture, theirs: Picture) => boolean = areSame,
  ): Promise<readonly [Picture, Picture]> {
    for (const deadline = performance.now() + SAME_WITHIN_MS; ; ) {
      const [ours, theirs] = [await this.#stage.picture(), await this.#theirs.picture()];
      if (same(ours, theirs) || performance.now() > deadline) return [ours, theirs];
    }
  }

  /** After a failure: whether it is we who have gone. */
  async oursHasEnded(): Promise<boolean> {
    return await this.#stage.picture().then(
      () => false,
      () => true,
    );
  }

  /** Forgets all streams, surfaces, images and palettes of both. */
  async clear(surfaces: readonly number[]): Promise<void> {
    const rest = [display.forgetAllImages(), display.forgetAllPalettes()];
    await this.send([
      display.streamDestroyAll(),
      ...surfaces.map((id) => display.surfaceDestroy(id)),
      ...rest,
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stage.close();
    await this.#theirs[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function areSame(ours: Picture, theirs: Picture): boolean {
  return differing(ours, theirs) === 0;
}

/** A client sees a small screen at first, so that it counts as connected. */
async function greetNext(server: SpiceServer): Promise<void> {
  const channel = await (await server.nextClient()).display;
  channel.setAck(20);
  const size = { width: 16, height: 16 };
  const box = { left: 0, top: 0, right: 16, bottom: 16 };
  channel.sendAll([
    display.surfaceCreate(0, size, SURFACE_FORMAT.xrgb32),
    draw.fill({ box }, { color: 0xffffff }),
    display.mark(),
  ]);
}
