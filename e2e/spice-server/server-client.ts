import { ByteReader } from '../../renderer/spice/protocol/byte-reader.ts';
import { ByteWriter } from '../../renderer/spice/protocol/byte-writer.ts';
import { CHANNEL, MAIN_OUT, MOUSE_MODE } from '../../renderer/spice/protocol/constants.ts';
import { ServerAgent } from './agent.ts';
import type { ServerChannel } from './server-channel.ts';

/** MainChannel, server side. */
const INIT = 103;
const CHANNELS_LIST = 104;
const MOUSE_MODE_MESSAGE = 105;
const MULTI_MEDIA_TIME = 106;

/** What the main channel's init says of the guest. */
export interface MainInit {
  /** flags of MOUSE_MODE. */
  readonly supportedMouseModes: number;
  readonly currentMouseMode: number;
  /** Null: no agent is there. */
  readonly agentTokens: number | null;
  readonly displayChannelsHint: number;
}

/** One client with all its channels. */
export class ServerClient {
  readonly sessionId: number;
  readonly main: ServerChannel;
  readonly agent: ServerAgent;
  /** Every channel it has opened, main included. */
  readonly channels: ServerChannel[] = [];
  readonly #waiting = new Set<() => void>();
  #supported: number;

  constructor(
    main: ServerChannel,
    options: {
      readonly sessionId: number;
      readonly init: MainInit;
      readonly channels: readonly { readonly type: number; readonly id: number }[];
    },
  ) {
    this.sessionId = options.sessionId;
    this.main = main;
    this.channels.push(main);
    this.agent = new ServerAgent(main);
    this.#supported = options.init.supportedMouseModes;
    main.on(({ type, body }) => {
      if (type === MAIN_OUT.attachChannels) this.#sendList(options.channels);
      if (type !== MAIN_OUT.mouseModeRequest) return;
      const wanted = new ByteReader(body, 'server.mouseMode').u16();
      if ((this.#supported & wanted) !== 0) this.mouseMode(wanted, this.#supported);
    });
    const { init } = options;
    main.send(
      INIT,
      new ByteWriter(32)
        .u32(this.sessionId)
        .u32(init.displayChannelsHint)
        .u32(init.supportedMouseModes)
        .u32(init.currentMouseMode)
        .u32(init.agentTokens === null ? 0 : 1)
        .u32(init.agentTokens ?? 0)
        .u32(0)
        .u32(0).bytes,
    );
  }

  /** Says which mouse mode holds from now on, and which may be asked for. */
  mouseMode(current: number, supported: number = MOUSE_MODE.server | MOUSE_MODE.client): void {
    this.#supported = supported;
    this.main.send(MOUSE_MODE_MESSAGE, new ByteWriter(4).u16(supported).u16(current).bytes);
  }

  /** Says what the time of streams' pictures is now, ms. */
  multiMediaTime(time: number): void {
    this.main.send(MULTI_MEDIA_TIME, new ByteWriter(4).u32(time).bytes);
  }

  /** Resolves when the client has opened this channel. Throws when it leaves before. */
  async channel(type: number, id = 0): Promise<ServerChannel> {
    for (;;) {
      const found = this.channels.find((channel) => channel.type === type && channel.id === id);
      if (found !== undefined) return found;
      if (!this.main.isOpen) throw new Error(`the client left before it opened channel ${type}`);
      await Promise.race([new Promise<void>((resolve) => this.#waiting.add(resolve)), this.main.closed]);
    }
  }

  get display(): Promise<ServerChannel> {
    return this.channel(CHANNEL.display);
  }

  get inputs(): Promise<ServerChannel> {
    return this.channel(CHANNEL.inputs);
  }

  get cursor(): Promise<ServerChannel> {
    return this.channel(CHANNEL.cursor);
  }

  /** For the server: a channel of this client is open. */
  add(channel: ServerChannel): void {
    this.channels.push(channel);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #sendList(channels: readonly { readonly type: number; readonly id: number }[]): void {
    const writer = new ByteWriter(4 + 2 * channels.length).u32(channels.length);
    for (const { type, id } of channels) writer.u8(type).u8(id);
    this.main.send(CHANNELS_LIST, writer.bytes);
  }
}
