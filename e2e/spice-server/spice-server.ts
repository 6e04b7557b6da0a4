import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { ByteSource } from '../../renderer/spice/link/byte-source.ts';
import {
  CHANNEL,
  DISPLAY_CAP,
  INPUTS_CAP,
  INPUTS_OUT,
  LINK_ERROR,
  MAIN_CAP,
  MOTION_ACK_BUNCH,
  MOUSE_MODE,
} from '../../renderer/spice/protocol/constants.ts';
import { acceptLink, type LinkAnswer, type LinkRequest } from './link.ts';
import { ServerChannel } from './server-channel.ts';
import { type MainInit, ServerClient } from './server-client.ts';

export interface ServerOptions {
  /** Of the unix socket; one that is there is taken away. */
  readonly path: string;
  /** What the client is told to open, beside main: by default one display, inputs and one cursor. */
  readonly channels?: readonly { readonly type: number; readonly id: number }[];
  /** Empty (the default) lets everyone in. */
  readonly password?: string;
  readonly main?: Partial<MainInit>;
  /** False: the 18-byte header of old servers. */
  readonly miniHeader?: boolean;
  /** Capability bits by channel type, in place of those of a usual server. */
  readonly capabilities?: Readonly<Record<number, readonly number[]>>;
  /** Changes how a link is answered: an error, or never when its promise stays open. */
  link?(request: LinkRequest): LinkAnswer | Promise<LinkAnswer> | undefined;
  /** A client's channel is open: what a server says at once on it. In place of `greet`. */
  opened?(channel: ServerChannel, client: ServerClient): void;
}

const USUAL_CAPABILITIES: Readonly<Record<number, readonly number[]>> = {
  [CHANNEL.main]: [MAIN_CAP.agentConnectedTokens, MAIN_CAP.nameAndUuid],
  [CHANNEL.display]: [DISPLAY_CAP.preferredCompression, DISPLAY_CAP.multiCodec],
  [CHANNEL.inputs]: [INPUTS_CAP.keyScancode],
};

const USUAL_MAIN: MainInit = {
  supportedMouseModes: MOUSE_MODE.server | MOUSE_MODE.client,
  currentMouseMode: MOUSE_MODE.client,
  agentTokens: null,
  displayChannelsHint: 1,
};

/** A SPICE server without a guest, for what no real guest shows on demand. Everything it draws is told to it message by message. */
export class SpiceServer implements AsyncDisposable {
  readonly path: string;
  /** Every client that has linked a main channel, those that are gone included. */
  readonly clients: ServerClient[] = [];
  readonly #server: Server;
  readonly #options: ServerOptions;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: ((client: ServerClient) => void)[] = [];
  #handedOut = 0;

  static async listen(options: ServerOptions): Promise<SpiceServer> {
    await rm(options.path, { force: true });
    const server = new SpiceServer(options);
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject);
      server.#server.listen(options.path, resolve);
    });
    return server;
  }

  private constructor(options: ServerOptions) {
    this.path = options.path;
    this.#options = options;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      // A client that leaves while it links is none of our clients.
      this.#accept(socket).catch(() => socket.destroy());
    });
  }

  /** The next client in the order of their coming: each is given out once. */
  nextClient(): Promise<ServerClient> {
    const client = this.clients[this.#handedOut];
    this.#handedOut += 1;
    if (client !== undefined) return Promise.resolve(client);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Drops every connection at once, as when QEMU is killed. It goes on listening. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dropAll();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #accept(socket: Socket): Promise<void> {
    const source = new ByteSource();
    const onData = (chunk: Buffer): void => source.push(new Uint8Array(chunk));
    const onClose = (): void => source.end(new Error('the client went away while it linked'));
    socket.on('data', onData);
    socket.once('close', onClose);
    socket.on('error', onClose);
    const request = await acceptLink(
      source,
      (bytes) => socket.write(bytes),
      this.#options.password ?? '',
      async (asked) => ({ ...this.#usual(asked), ...(await this.#options.link?.(asked)) }),
    );
    if (request === null) {
      socket.end();
      return;
    }
    socket.off('data', onData);
    socket.off('close', onClose);
    this.#welcome(new ServerChannel(socket, request, source.takeRest()));
  }

  #usual({ type, connectionId }: LinkRequest): LinkAnswer {
    const { capabilities, miniHeader = true } = this.#options;
    const known = type === CHANNEL.main || this.#clientOf(connectionId) !== undefined;
    return {
      error: known ? LINK_ERROR.ok : LINK_ERROR.badConnectionId,
      capabilities: (capabilities ?? USUAL_CAPABILITIES)[type] ?? [],
      miniHeader,
    };
  }

  #clientOf(connectionId: number): ServerClient | undefined {
    return this.clients.find(({ sessionId }) => sessionId === connectionId);
  }

  #welcome(channel: ServerChannel): void {
    if (channel.type !== CHANNEL.main) {
      const client = this.#clientOf(channel.request.connectionId);
      client?.add(channel);
      if (client === undefined) channel.close();
      else if (this.#options.opened !== undefined) this.#options.opened(channel, client);
      else greet(channel);
      return;
    }
    const client = new ServerClient(channel, {
      sessionId: this.clients.length + 1,
      init: { ...USUAL_MAIN, ...this.#options.main },
      channels: this.#options.channels ?? [
        { type: CHANNEL.display, id: 0 },
        { type: CHANNEL.inputs, id: 0 },
        { type: CHANNEL.cursor, id: 0 },
      ],
    });
    this.clients.push(client);
    this.#options.opened?.(channel, client);
    this.#waiting.shift()?.(client);
  }
}

/** What inputs and cursor say first: no lock key is on; no pointer. Movements are acknowledged as a server does. */
export function greet(channel: ServerChannel): void {
  if (channel.type === CHANNEL.inputs) {
    channel.send(101, Uint8Array.of(0, 0));
    let moved = 0;
    channel.on(({ type }) => {
      if (type !== INPUTS_OUT.mouseMotion && type !== INPUTS_OUT.mousePosition) return;
      moved += 1;
      if (moved % MOTION_ACK_BUNCH === 0) channel.send(111);
    });
  }
  // position, trail length and frequency, visible, and flags that say: no cursor.
  if (channel.type === CHANNEL.cursor) channel.send(101, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0));
}
