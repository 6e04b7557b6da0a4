import { GuestAgent } from '../../../renderer/spice/agent/guest-agent.ts';
import { MAIN_CAPABILITIES, MainChannel } from '../../../renderer/spice/channels/main.ts';
import { Channel } from '../../../renderer/spice/link/channel.ts';
import { Serials } from '../../../renderer/spice/link/serials.ts';
import type { Transport } from '../../../renderer/spice/link/transport.ts';
import { CHANNEL } from '../../../renderer/spice/protocol/constants.ts';
import type { ViewerAgent } from '../../contract/agent.ts';
import { AgentTrouble, type OwnLine } from './agent-line.ts';

/** Longest message of the main channel, bytes; an agent's piece is 2 KiB. */
const MAX_MESSAGE_BYTES = 2 * 1024 * 1024;
/** How long server and agent may take to answer, ms; an emulated guest on a busy host needs seconds. */
const ANSWER_TIMEOUT_MS = 10_000;

export interface AgentSessionOptions {
  readonly clipboard: boolean;
  readonly signal: AbortSignal;
  /** The server ended it: nothing of it works any more. Not called before `open` has resolved. */
  readonly ended: () => void;
  readonly answerTimeoutMs?: number;
}

/** What the guest was asked for its text, until it answers or nobody waits any more. */
interface Question extends PromiseWithResolvers<string> {
  waiting: number;
}

/** A SPICE session with nothing but the main channel, to speak with the guest's agent while nobody looks at its screen. */
export class AgentSession implements OwnLine {
  readonly #channel: Channel;
  readonly #main: MainChannel;
  readonly #agent: GuestAgent;
  readonly #answerTimeoutMs: number;
  /** The server has said what it has to say at first; its agent, too, if there is one. */
  readonly #greeted = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<never>();
  #state: Exclude<ViewerAgent, 'unsupported'> = 'absent';
  #skillsChanged = Promise.withResolvers<void>();
  #text: Question | null = null;
  #isTooLarge = false;

  /** Takes the transport over. Resolves also where no agent runs; throws AgentTrouble where one says nothing. */
  static async open(transport: Transport, options: AgentSessionOptions): Promise<AgentSession> {
    const answerTimeoutMs = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
    const channel = await openMain(transport, answerTimeoutMs, options.signal);
    const session = new AgentSession(channel, options.clipboard, answerTimeoutMs);
    try {
      await session.#begin(options.signal);
    } catch (error) {
      session[Symbol.dispose]();
      throw error;
    }
    session.#over.promise.catch(options.ended);
    return session;
  }

  private constructor(channel: Channel, clipboard: boolean, answerTimeoutMs: number) {
    this.#channel = channel;
    this.#answerTimeoutMs = answerTimeoutMs;
    // Those who wait are told by it; there may be none.
    this.#over.promise.catch(nothing);
    let failed = false;
    this.#agent = new GuestAgent({
      skills: (skills) => {
        this.#state = skills ?? (failed ? 'failed' : 'absent');
        failed = false;
        if (skills === null) this.#settle({ problem: 'gone' });
        this.#skillsChanged.resolve();
        this.#skillsChanged = Promise.withResolvers();
      },
      failed: () => {
        failed = true;
      },
      offered: nothing,
      text: (text) => this.#settle({ text }),
      given: nothing,
      problem: (problem) => {
        if (problem === 'toGuestTooLarge') this.#isTooLarge = true;
        else this.#settle({ problem });
      },
    });
    this.#agent.allowClipboard(clipboard);
    this.#main = new MainChannel(channel, {
      ready: nothing,
      // Asked for by MainChannel once it has taken the server's first words, the agent's state among them.
      channels: () => this.#greeted.resolve(),
      mouseMode: nothing,
      agent: (isThere) =>
        this.#agent.connected(isThere ? (message) => this.#main.sendAgentData(message) : null),
      agentData: (bytes) => this.#agent.data(bytes),
      guest: nothing,
    });
  }

  get agent(): ViewerAgent {
    return this.#state;
  }

  get offers(): boolean {
    return this.#agent.offers;
  }

  allowClipboard(allowed: boolean): void {
    this.#agent.allowClipboard(allowed);
  }

  async resize({ width, height }: { readonly width: number; readonly height: number }): Promise<void> {
    this.#agent.resize(width, height);
  }

  async offer(text: string): Promise<void> {
    this.#isTooLarge = false;
    this.#agent.offer(text);
    // The ends of a guest's lines may make it longer than the contract lets through.
    if (this.#isTooLarge) throw new AgentTrouble('toGuestTooLarge');
  }

  async paste(signal: AbortSignal): Promise<string> {
    // Whoever asks while an answer is on its way gets that one: it is the guest's text of now.
    const isAsked = this.#text !== null;
    const text = this.#text ?? { ...Promise.withResolvers<string>(), waiting: 0 };
    text.waiting += 1;
    this.#text = text;
    if (!isAsked) this.#agent.paste();
    try {
      return await this.#answer(text.promise, signal);
    } finally {
      text.waiting -= 1;
      if (text.waiting === 0 && this.#text === text) this.#text = null;
    }
  }

  [Symbol.dispose](): void {
    this.#channel.close();
  }

  async #begin(signal: AbortSignal): Promise<void> {
    this.#channel.start(this.#main, {
      closed: (error) => {
        this.#main.closed();
        this.#over.reject(new AgentTrouble('gone', error === null ? {} : { cause: error }));
      },
      notice: nothing,
    });
    await this.#answer(this.#greeted.promise, signal, 'unreachable');
    while (this.#main.agentConnected && this.#state === 'absent') {
      await this.#answer(this.#skillsChanged.promise, signal);
    }
  }

  /** What is waited for, unless the session ends, nobody answers in time (`problem`) or `signal` aborts before. */
  async #answer<T>(
    promise: Promise<T>,
    signal: AbortSignal,
    problem: 'agentSilent' | 'unreachable' = 'agentSilent',
  ): Promise<T> {
    const late = AbortSignal.timeout(this.#answerTimeoutMs);
    const stop = AbortSignal.any([late, signal]);
    const stopped = Promise.withResolvers<never>();
    const onStop = (): void => stopped.reject(signal.aborted ? signal.reason : new AgentTrouble(problem));
    if (stop.aborted) onStop();
    else stop.addEventListener('abort', onStop, { once: true });
    try {
      return await Promise.race([promise, this.#over.promise, stopped.promise]);
    } finally {
      stop.removeEventListener('abort', onStop);
    }
  }

  #settle(
    answer: { readonly text: string } | { readonly problem: 'gone' | 'notGiven' | 'fromGuestTooLarge' },
  ): void {
    const waiting = this.#text;
    this.#text = null;
    if ('text' in answer) waiting?.resolve(answer.text);
    else waiting?.reject(new AgentTrouble(answer.problem));
  }
}

async function openMain(transport: Transport, timeoutMs: number, signal: AbortSignal): Promise<Channel> {
  try {
    return await Channel.open(transport, {
      name: 'main',
      type: CHANNEL.main,
      id: 0,
      connectionId: 0,
      capabilities: MAIN_CAPABILITIES,
      password: '',
      maxMessageBytes: MAX_MESSAGE_BYTES,
      serials: new Serials(),
      linkTimeoutMs: timeoutMs,
      signal,
    });
  } catch (error) {
    // No SPICE server, or one that speaks something else; the transport is closed.
    throw new AgentTrouble('unreachable', { cause: error });
  }
}

function nothing(): void {
  // Only the agent counts here.
}
