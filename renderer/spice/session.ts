import { CursorChannel, type CursorState } from './channels/cursor.ts';
import { InputsChannel } from './channels/inputs.ts';
import { MAIN_CAPABILITIES, MainChannel, type MouseMode } from './channels/main.ts';
import { Channel, type ChannelHandler, type ChannelSender, type Notice } from './link/channel.ts';
import { LinkError } from './link/link-error.ts';
import { Serials } from './link/serials.ts';
import type { Transport } from './link/transport.ts';
import { CHANNEL } from './protocol/constants.ts';
import type { ChannelId } from './protocol/messages.ts';

/** What a session runs in: gives it connections and hears what happens. The display's own events go to the display. */
export interface SessionHost {
  /** A fresh connection to the server, for one channel. */
  openTransport(channel: ChannelId): Promise<Transport>;
  mouseMode(current: MouseMode, supported: readonly MouseMode[]): void;
  /** `send` gives the agent one message (VDAgentMessage): see MainChannel.sendAgentData. */
  agent(connected: boolean, send: (message: Uint8Array) => Promise<void>): void;
  /** A piece of the agent's byte stream; a view that is good during the call. */
  agentData(bytes: Uint8Array): void;
  cursor(displayId: number, state: CursorState): void;
  /** The guest's lock keys: KEY_MODIFIER bits. */
  modifiers(flags: number): void;
  guest(identity: { readonly name: string | null; readonly uuid: Uint8Array | null }): void;
  /** The server says something to the person. */
  notice(channel: string, notice: Notice): void;
  /** Once, after `connect` has resolved. Null when the server ended the session in order or we closed it. */
  closed(error: Error | null): void;
}

/** For who only wants the picture. */
export const DEAF_HOST = {
  mouseMode: hearNothing,
  agent: hearNothing,
  agentData: hearNothing,
  cursor: hearNothing,
  modifiers: hearNothing,
  guest: hearNothing,
  notice: hearNothing,
} as const satisfies Partial<SessionHost>;

function hearNothing(): void {
  // See DEAF_HOST.
}

/** A display channel's own code; disposed of when the session ends. */
export interface DisplayHandler extends ChannelHandler, Partial<Disposable> {}

/** How the session's display channels are made. */
export interface DisplayPlan<Display extends DisplayHandler> {
  /** Capability bits to announce. */
  readonly capabilities: readonly number[];
  /** Called when the channel is linked, before its first message. */
  create(sender: ChannelSender, serials: Serials): Display;
}

export interface SessionOptions<Display extends DisplayHandler> {
  readonly display: DisplayPlan<Display>;
  /** Empty (the default) where the server asks for none. */
  readonly password?: string;
  /** False: only look (no inputs, no cursor). */
  readonly interactive?: boolean;
  /** For the whole of `connect`; 10 s by default. */
  readonly connectTimeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Display channels that we open at most; QEMU has one for each display device. */
const MAX_DISPLAYS = 16;
/** One uncompressed 8K frame and some. */
const MAX_DISPLAY_MESSAGE = 160 * 1024 * 1024;
/** The largest pointer and the longest agent piece are far below. */
const MAX_OTHER_MESSAGE = 2 * 1024 * 1024;

/** A viewer's session with one guest: the main channel and those it opens. When one channel ends, the session ends. */
export class SpiceSession<Display extends DisplayHandler> implements Disposable {
  readonly main: MainChannel;
  /** By display channel id. */
  readonly displays = new Map<number, Display>();
  readonly #host: SessionHost;
  readonly #options: SessionOptions<Display>;
  readonly #serials: Serials;
  readonly #channels = new Set<Channel>();
  readonly #abort = new AbortController();
  readonly #ready = Promise.withResolvers<number>();
  readonly #listed = Promise.withResolvers<readonly ChannelId[]>();
  readonly #failed = Promise.withResolvers<never>();
  #inputs: InputsChannel | null = null;
  #state: 'connecting' | 'connected' | 'closed' = 'connecting';

  /**
   * Resolves when every channel is linked; drawing has begun by then. Throws LinkError (its message is for a person) or ProtocolError,
   * or what `openTransport` threw; nothing stays open then.
   */
  static async connect<Display extends DisplayHandler>(
    host: SessionHost,
    options: SessionOptions<Display>,
  ): Promise<SpiceSession<Display>> {
    const serials = new Serials();
    const target = { type: CHANNEL.main, id: 0, connectionId: 0, capabilities: MAIN_CAPABILITIES };
    const main = await openChannel(host, options, serials, target, options.signal);
    const session = new SpiceSession(host, options, serials, main);
    await session.#connect(main);
    return session;
  }

  private constructor(
    host: SessionHost,
    options: SessionOptions<Display>,
    serials: Serials,
    main: ChannelSender,
  ) {
    this.#host = host;
    this.#options = options;
    this.#serials = serials;
    this.main = new MainChannel(main, {
      ready: (sessionId) => this.#ready.resolve(sessionId),
      channels: (channels) => this.#listed.resolve(channels),
      mouseMode: (current, supported) => {
        this.#inputs?.mouseModeChanged();
        host.mouseMode(current, supported);
      },
      agent: (connected) => host.agent(connected, (message) => this.main.sendAgentData(message)),
      agentData: (bytes) => host.agentData(bytes),
      guest: (identity) => host.guest(identity),
    });
  }

  /** The first display by its id, whichever was linked first; null when the guest has none. */
  get display(): Display | null {
    return this.displays.get(Math.min(...this.displays.keys())) ?? null;
  }

  /** Null when the session only looks, or when the server has no inputs. */
  get inputs(): InputsChannel | null {
    return this.#inputs;
  }

  close(): void {
    this.#end(null);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #connect(main: Channel): Promise<void> {
    const { signal, connectTimeoutMs = CONNECT_TIMEOUT_MS } = this.#options;
    const timer = setTimeout(
      () => this.#end(new LinkError('timeout', 'The SPICE server did not set the session up in time.')),
      connectTimeoutMs,
    );
    const onAbort = (): void => this.#end(new LinkError('lost', 'The viewer was closed.'));
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      this.#channels.add(main);
      this.#start(main, this.main);
      const all = Promise.all([this.#ready.promise, this.#listed.promise]).then(([sessionId, listed]) =>
        Promise.all(this.#wanted(listed).map((channel) => this.#open(channel, sessionId))),
      );
      await Promise.race([all, this.#failed.promise]);
      this.#state = 'connected';
    } catch (error) {
      this.#end(null);
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** What of the server's channels we open, each once. */
  #wanted(listed: readonly ChannelId[]): ChannelId[] {
    const { interactive = true } = this.#options;
    const seen = new Set<string>();
    return listed.filter(({ type, id }) => {
      const key = `${type}/${id}`;
      if (seen.has(key)) return false;
      seen.add(key);
      if (type === CHANNEL.display) return id < MAX_DISPLAYS;
      return (
        interactive &&
        ((type === CHANNEL.cursor && id < MAX_DISPLAYS) || (type === CHANNEL.inputs && id === 0))
      );
    });
  }

  async #open({ type, id }: ChannelId, sessionId: number): Promise<void> {
    const capabilities = type === CHANNEL.display ? this.#options.display.capabilities : [];
    const target = { type, id, connectionId: sessionId, capabilities };
    const channel = await openChannel(this.#host, this.#options, this.#serials, target, this.#abort.signal);
    if (this.#state === 'closed') {
      channel.close();
      return;
    }
    this.#channels.add(channel);
    this.#start(channel, this.#handlerOf(channel));
  }

  #handlerOf(channel: Channel): ChannelHandler {
    switch (channel.type) {
      case CHANNEL.display: {
        const display = this.#options.display.create(channel, this.#serials);
        this.displays.set(channel.id, display);
        return display;
      }
      case CHANNEL.inputs:
        this.#inputs = new InputsChannel(channel, { modifiers: (flags) => this.#host.modifiers(flags) });
        return this.#inputs;
      default:
        return new CursorChannel({ cursor: (state) => this.#host.cursor(channel.id, state) });
    }
  }

  #start(channel: Channel, handler: ChannelHandler): void {
    channel.start(handler, {
      closed: (error) => this.#end(error),
      notice: (notice) => this.#host.notice(nameOf(channel.type), notice),
    });
  }

  #end(error: Error | null): void {
    if (this.#state === 'closed') return;
    const wasConnected = this.#state === 'connected';
    this.#state = 'closed';
    this.#abort.abort();
    for (const channel of this.#channels) channel.close();
    this.main.closed();
    for (const display of this.displays.values()) display[Symbol.dispose]?.();
    if (wasConnected) this.#host.closed(error);
    else this.#failed.reject(error ?? new LinkError('ok', 'The SPICE server ended the session at once.'));
  }
}

async function openChannel(
  host: SessionHost,
  options: Pick<SessionOptions<DisplayHandler>, 'password' | 'connectTimeoutMs'>,
  serials: Serials,
  target: ChannelId & { readonly connectionId: number; readonly capabilities: readonly number[] },
  signal: AbortSignal | undefined,
): Promise<Channel> {
  const timeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  const name = nameOf(target.type);
  const transport = await openTransport(host, target, name, timeoutMs);
  return Channel.open(transport, {
    ...target,
    name,
    password: options.password ?? '',
    maxMessageBytes: target.type === CHANNEL.display ? MAX_DISPLAY_MESSAGE : MAX_OTHER_MESSAGE,
    serials,
    linkTimeoutMs: timeoutMs,
    signal,
  });
}

/** A transport that comes too late is closed. */
function openTransport(
  host: SessionHost,
  { type, id }: ChannelId,
  name: string,
  timeoutMs: number,
): Promise<Transport> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new LinkError('timeout', `No connection for the ${name} channel came about in time.`));
    }, timeoutMs);
    host.openTransport({ type, id }).then(
      (transport) => {
        clearTimeout(timer);
        if (late) transport.close();
        else resolve(transport);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

function nameOf(type: number): string {
  return Object.entries(CHANNEL).find(([, number]) => number === type)?.[0] ?? String(type);
}
