import type { ChannelHandler, ChannelSender } from '../link/channel.ts';
import { LinkError } from '../link/link-error.ts';
import { EMPTY, mouseModeRequest, u32Body } from '../protocol/client-messages.ts';
import { MAIN_CAP, MAIN_OUT, MOUSE_MODE } from '../protocol/constants.ts';
import { type ChannelId, readMainMessage } from '../protocol/messages.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';

/** Who moves the pointer: the guest from our motions, or we by absolute positions. */
export type MouseMode = 'server' | 'client';

export interface MainEvents {
  /** The session is known: `sessionId` is what the other channels link with. */
  ready(sessionId: number): void;
  /** The channels that the server has. */
  channels(channels: readonly ChannelId[]): void;
  mouseMode(current: MouseMode, supported: readonly MouseMode[]): void;
  agent(connected: boolean): void;
  /** A piece of the agent's byte stream (vd_agent.h: VDAgentMessage in pieces of up to 2048 bytes). A view. */
  agentData(bytes: Uint8Array): void;
  guest(identity: { readonly name: string | null; readonly uuid: Uint8Array | null }): void;
}

/** We take moves to another host not at all, so no migration capability. */
export const MAIN_CAPABILITIES = [MAIN_CAP.nameAndUuid, MAIN_CAP.agentConnectedTokens] as const;

/** vd_agent.h, VD_AGENT_MAX_DATA_SIZE: bytes of one agent_data message. */
const AGENT_PIECE_BYTES = 2048;
/** How many agent_data messages the server may send before we hand out more. */
const AGENT_WINDOW = 32;
/** What may wait for tokens; a guest whose agent reads nothing must not fill our memory. */
const MAX_AGENT_QUEUE_BYTES = 64 * 1024 * 1024;

interface AgentSend {
  readonly data: Uint8Array;
  sent: number;
  resolve(): void;
  reject(error: Error): void;
}

/** MainChannel: the session, its mouse mode and clock, and the way to the guest's agent. */
export class MainChannel implements ChannelHandler {
  readonly #sender: ChannelSender;
  readonly #events: MainEvents;
  #sessionId: number | null = null;
  #name: string | null = null;
  #uuid: Uint8Array | null = null;
  #agentConnected = false;
  #sendTokens = 0;
  #takenPieces = 0;
  #queue: AgentSend[] = [];
  #queuedBytes = 0;
  #clock: { readonly serverMs: number; readonly atMs: number } | null = null;

  constructor(sender: ChannelSender, events: MainEvents) {
    this.#sender = sender;
    this.#events = events;
  }

  get agentConnected(): boolean {
    return this.#agentConnected;
  }

  /** The server's multi-media clock now, in ms modulo 2³²; null before the session is ready. */
  get multiMediaTime(): number | null {
    const clock = this.#clock;
    return clock === null ? null : (clock.serverMs + Math.round(performance.now() - clock.atMs)) >>> 0;
  }

  receive(type: number, body: Uint8Array): void {
    const message = readMainMessage(type, body);
    if (this.#sessionId === null && message.kind !== 'init' && message.kind !== 'channelsList') {
      // The server sends the guest's name first, when it has one.
      if (message.kind !== 'name' && message.kind !== 'uuid') {
        throw new ProtocolError('main', `${message.kind} before init`);
      }
    }
    switch (message.kind) {
      case 'init':
        this.#start(message.body);
        return;
      case 'channelsList':
        this.#events.channels(message.body.channels);
        return;
      case 'mouseMode':
        this.#mouseMode(message.body.current, message.body.supported);
        return;
      case 'multiMediaTime':
        this.#setClock(message.body.time);
        return;
      case 'agentConnected':
        this.#startAgent(this.#sendTokens);
        return;
      case 'agentConnectedTokens':
        this.#startAgent(message.body.tokens);
        return;
      case 'agentDisconnected':
        this.#endAgent();
        return;
      case 'agentData':
        this.#takeAgentData(message.body.data);
        return;
      case 'agentToken':
        this.#sendTokens += message.body.tokens;
        this.#pumpAgent();
        return;
      case 'name':
        this.#name = message.body.name;
        this.#events.guest({ name: this.#name, uuid: this.#uuid });
        return;
      case 'uuid':
        this.#uuid = new Uint8Array(message.body.uuid);
        this.#events.guest({ name: this.#name, uuid: this.#uuid });
        return;
      case 'migrateBegin':
      case 'migrateBeginSeamless':
        this.#sender.send(MAIN_OUT.migrateConnectError, EMPTY);
        return;
      case 'migrateSwitchHost':
        throw new LinkError('migrating', 'The guest moved to another host; open its screen there.');
      case 'migrateCancel':
      case 'migrateEnd':
      case 'migrateDestinationAck':
      case 'migrateDestinationNack':
        return;
    }
  }

  /** Asks for a mouse mode; the answer is a `mouseMode` event, or none when the server does not want to. */
  requestMouseMode(mode: MouseMode): void {
    this.#sender.send(MAIN_OUT.mouseModeRequest, mouseModeRequest(MOUSE_MODE[mode]));
  }

  /** Asks for the list of channels again, which a server answers at any time: does it still live? */
  askForSign(): void {
    this.#sender.send(MAIN_OUT.attachChannels, EMPTY);
  }

  /**
   * Sends bytes to the guest's agent as its tokens allow; resolves when the last of them has gone out. They go out in the order of the calls.
   * Rejects with a LinkError when there is no agent, when it goes away or when too much is waiting already.
   */
  sendAgentData(data: Uint8Array): Promise<void> {
    if (!this.#agentConnected) return Promise.reject(agentGone());
    if (this.#queuedBytes + data.length > MAX_AGENT_QUEUE_BYTES) {
      return Promise.reject(new LinkError('error', 'The guest’s agent does not take what is sent to it.'));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ data, sent: 0, resolve, reject });
      this.#queuedBytes += data.length;
      this.#pumpAgent();
    });
  }

  /** To be called when the channel is gone: whoever waits for the agent is told. */
  closed(): void {
    this.#endAgent();
  }

  #start(init: {
    readonly sessionId: number;
    readonly supportedMouseModes: number;
    readonly currentMouseMode: number;
    readonly agentConnected: boolean;
    readonly agentTokens: number;
    readonly multiMediaTime: number;
  }): void {
    if (this.#sessionId !== null) throw new ProtocolError('main.init', 'a second init');
    this.#sessionId = init.sessionId;
    this.#setClock(init.multiMediaTime);
    this.#sendTokens = init.agentTokens;
    this.#events.ready(init.sessionId);
    this.#mouseMode(init.currentMouseMode, init.supportedMouseModes);
    if (init.agentConnected) this.#startAgent(init.agentTokens);
    this.#sender.send(MAIN_OUT.attachChannels, EMPTY);
  }

  #mouseMode(current: number, supported: number): void {
    const modes: MouseMode[] = [];
    if ((supported & MOUSE_MODE.server) !== 0) modes.push('server');
    if ((supported & MOUSE_MODE.client) !== 0) modes.push('client');
    const mode = current === MOUSE_MODE.client ? 'client' : 'server';
    this.#events.mouseMode(mode, modes);
    // Absolute positions need no grab; the server goes back by itself when the guest loses its tablet.
    if (mode === 'server' && modes.includes('client')) this.requestMouseMode('client');
  }

  #setClock(serverMs: number): void {
    this.#clock = { serverMs, atMs: performance.now() };
  }

  #startAgent(tokens: number): void {
    if (this.#agentConnected) this.#endAgent();
    this.#agentConnected = true;
    this.#sendTokens = tokens;
    this.#takenPieces = 0;
    this.#sender.send(MAIN_OUT.agentStart, u32Body(AGENT_WINDOW));
    this.#events.agent(true);
  }

  #endAgent(): void {
    const queue = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    for (const entry of queue) entry.reject(agentGone());
    if (!this.#agentConnected) return;
    this.#agentConnected = false;
    this.#events.agent(false);
  }

  #takeAgentData(data: Uint8Array): void {
    // Data that was on its way when the agent went.
    if (!this.#agentConnected) return;
    this.#takenPieces += 1;
    if (this.#takenPieces >= AGENT_WINDOW / 2) {
      this.#sender.send(MAIN_OUT.agentToken, u32Body(this.#takenPieces));
      this.#takenPieces = 0;
    }
    this.#events.agentData(data);
  }

  #pumpAgent(): void {
    while (this.#sendTokens > 0) {
      const entry = this.#queue[0];
      if (entry === undefined) return;
      const piece = entry.data.subarray(entry.sent, entry.sent + AGENT_PIECE_BYTES);
      if (piece.length > 0) {
        this.#sendTokens -= 1;
        this.#sender.send(MAIN_OUT.agentData, piece);
        entry.sent += piece.length;
        this.#queuedBytes -= piece.length;
      }
      if (entry.sent < entry.data.length) continue;
      this.#queue.shift();
      entry.resolve();
    }
  }
}

function agentGone(): LinkError {
  return new LinkError('lost', 'The guest’s agent is not there.');
}
