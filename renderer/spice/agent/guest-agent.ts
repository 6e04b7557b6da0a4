import { AGENT_CAP, CLIPBOARD_SELECTION, CLIPBOARD_TYPE, MAX_TEXT_BYTES } from './agent-constants.ts';
import {
  type AgentCapabilities,
  type AgentMessage,
  announceCapabilities,
  type ClipboardForm,
  clipboardData,
  clipboardForm,
  clipboardGrab,
  clipboardRelease,
  clipboardRequest,
  maxClipboard,
  monitorsConfig,
  ourCapabilities,
  readAgentMessage,
} from './agent-messages.ts';
import { AgentOutbox, type SendToAgent } from './agent-outbox.ts';
import { AgentStream } from './agent-stream.ts';
import { fromGuestLines, toGuestLines } from './line-ends.ts';

export type { SendToAgent };

/** What the guest's agent can do. */
export interface AgentSkills {
  /** Gives the guest's screen the size that it is told. */
  readonly resizes: boolean;
  /** Takes and gives the clipboard's text. */
  readonly clipboard: boolean;
}

/** Why a text did not cross. */
export type ClipboardProblem = 'toGuestTooLarge' | 'fromGuestTooLarge' | 'notGiven';

export interface GuestAgentEvents {
  /** Null: there is none, or what came from it was no agent's (then `failed` has been called before). */
  skills(skills: AgentSkills | null): void;
  /** What came from the agent cannot be understood; it is not heard until the guest starts it again. */
  failed(error: Error): void;
  /** Somebody copied text in the guest; `take` gets it. */
  offered(): void;
  /** What `take` asked for. */
  text(text: string): void;
  /** Somebody in the guest pasted what `offer` offered. */
  given(): void;
  problem(problem: ClipboardProblem): void;
}

/** Texts that may wait: each is up to MAX_TEXT_BYTES. */
const MAX_WAITING_TEXTS = 4;

/** The viewer's end of the talk with the agent in the guest (vd_agent.h): the screen's size and the clipboard's text. */
export class GuestAgent {
  readonly #events: GuestAgentEvents;
  readonly #outbox = new AgentOutbox();
  #stream = this.#newStream();
  #state: 'absent' | 'present' | 'failed' = 'absent';
  #theirs: AgentCapabilities = new Set();
  #allowed = false;
  /** Whether this agent was ever told of what is for the clipboard: what it sent before it heard of the end still has that form. */
  #toldOfClipboard = false;
  /** Ours on the clipboard; outlives an agent that restarts, and the next may end its lines in another way. */
  #offer: string | null = null;
  #guestHasText = false;
  /** Requests of ours that have no answer yet. */
  #asked = 0;
  /** How many grabs there were on both sides together (AGENT_CAP.clipboardGrabSerial). */
  #grabs = 0;
  #waitingTexts = 0;

  constructor(events: GuestAgentEvents) {
    this.#events = events;
  }

  /** Whether what `offer` offered stands: nobody copied something else in the guest since. */
  get offers(): boolean {
    return this.#offer !== null;
  }

  /**
   * The guest started an agent (to which `send` gives one message; it resolves when that has gone out), or its agent is
   * gone (null): nothing of the talk before is left.
   */
  connected(send: SendToAgent | null): void {
    this.#outbox.connected(send);
    this.#stream = this.#newStream();
    this.#theirs = new Set();
    this.#guestHasText = false;
    this.#asked = 0;
    this.#grabs = 0;
    this.#toldOfClipboard = this.#allowed;
    this.#state = send === null ? 'absent' : 'present';
    this.#events.skills(null);
    if (send !== null) this.#announce(true);
  }

  /** A piece of what the agent says, cut anywhere. Never throws. */
  data(bytes: Uint8Array): void {
    if (this.#state !== 'present') return;
    try {
      this.#stream.push(bytes);
    } catch (error) {
      this.#state = 'failed';
      this.#theirs = new Set();
      this.#events.failed(error instanceof Error ? error : new Error(String(error)));
      this.#events.skills(null);
    }
  }

  /** Asks the guest for a screen of that many pixels. What it makes of that shows in its screen. */
  resize(width: number, height: number): void {
    if (this.#theirs.has(AGENT_CAP.monitorsConfig)) this.#outbox.post(monitorsConfig(width, height));
  }

  /** Nothing of a clipboard crosses before this; taking it back takes back what was offered, too. */
  allowClipboard(allowed: boolean): void {
    if (allowed === this.#allowed) return;
    if (!allowed && this.#offer !== null && this.#clipboardWorks())
      this.#outbox.post(clipboardRelease(this.#form()));
    this.#allowed = allowed;
    this.#toldOfClipboard ||= allowed;
    this.#offer = null;
    this.#guestHasText = false;
    this.#asked = 0;
    if (this.#state === 'present') this.#announce(false);
    this.#limitGuest();
  }

  /** Puts text on the guest's clipboard; it crosses when somebody pastes it there. */
  offer(text: string): void {
    if (!this.#allowed) return;
    if (this.#forGuest(text) === null) {
      this.#events.problem('toGuestTooLarge');
    } else {
      this.#offer = text;
      this.#grab();
    }
  }

  /** Asks for what the guest offered; `text` or `problem` follows. */
  take(): void {
    if (this.#clipboardWorks() && this.#guestHasText) this.#request();
  }

  // An agent offers nothing of what was copied before we came, and yet gives it.
  /** Asks for what would be pasted in the guest; `text` or `problem` follows where there is an agent that may give it. */
  paste(): void {
    if (!this.#clipboardWorks()) return;
    if (this.#offer !== null) this.#events.text(fromGuestLines(this.#offer));
    else this.#request();
  }

  #request(): void {
    this.#asked += 1;
    this.#outbox.post(clipboardRequest(this.#form(), CLIPBOARD_TYPE.utf8Text));
  }

  #newStream(): AgentStream {
    return new AgentStream({
      message: (type, data) => {
        const message = readAgentMessage(type, data, this.#form());
        if (message !== null) this.#receive(message);
      },
      tooLarge: () => {
        if (this.#asked === 0) return;
        this.#asked -= 1;
        this.#events.problem('fromGuestTooLarge');
      },
    });
  }

  #receive(message: AgentMessage): void {
    if (message.kind === 'capabilities') {
      this.#setCapabilities(message.bits, message.wantsOurs);
      return;
    }
    // A reply says only whether a size was set, and the guest's screen shows that.
    if (message.kind === 'reply' || message.selection !== CLIPBOARD_SELECTION) return;
    // The guest has counted it, also where it comes after the clipboard was switched off.
    if (message.kind === 'grab' && !this.#countGuestGrab(message.serial)) return;
    if (!this.#clipboardWorks()) return;
    switch (message.kind) {
      case 'grab':
        this.#guestGrabbed(message.types.includes(CLIPBOARD_TYPE.utf8Text));
        return;
      case 'release':
        this.#guestHasText = false;
        return;
      case 'request':
        this.#answer(message.type);
        return;
      case 'clipboard':
        this.#receiveText(message.type, message.data);
        return;
    }
  }

  #setCapabilities(bits: AgentCapabilities, wantsOurs: boolean): void {
    const isFirst = this.#theirs.size === 0;
    this.#theirs = bits;
    if (wantsOurs) this.#announce(false);
    this.#limitGuest();
    this.#events.skills({
      resizes: bits.has(AGENT_CAP.monitorsConfig),
      clipboard: bits.has(AGENT_CAP.clipboardByDemand),
    });
    const text = this.#offer;
    if (!isFirst || text === null) return;
    this.#offer = null;
    this.offer(text);
  }

  /** False: both sides copied at once, and the guest's came too late; it takes ours. */
  #countGuestGrab(serial: number | null): boolean {
    if (serial !== null && serial !== this.#grabs) return false;
    this.#grabs += 1;
    return true;
  }

  #guestGrabbed(hasText: boolean): void {
    this.#offer = null;
    this.#guestHasText = hasText;
    if (hasText) this.#events.offered();
  }

  #answer(type: number): void {
    const isGiven = type === CLIPBOARD_TYPE.utf8Text && this.#waitingTexts < MAX_WAITING_TEXTS;
    const offer = isGiven ? this.#offer : null;
    const text = offer === null ? null : this.#forGuest(offer);
    if (text === null) {
      this.#outbox.post(clipboardData(this.#form(), CLIPBOARD_TYPE.none, new Uint8Array(0)));
      // The agent ends its lines in another way than when this was offered to it.
      if (offer !== null) {
        this.#offer = null;
        this.#events.problem('toGuestTooLarge');
      }
      return;
    }
    const left = (): void => {
      this.#waitingTexts -= 1;
    };
    const given = (): void => {
      left();
      this.#events.given();
    };
    if (this.#outbox.post(clipboardData(this.#form(), CLIPBOARD_TYPE.utf8Text, text), given, left))
      this.#waitingTexts += 1;
  }

  /** As UTF-8, with the ends of lines that this guest is known to have; null: longer than what crosses. */
  #forGuest(text: string): Uint8Array | null {
    const bytes = new TextEncoder().encode(toGuestLines(text, this.#theirs.has(AGENT_CAP.guestLineEndCrLf)));
    return bytes.length > MAX_TEXT_BYTES ? null : bytes;
  }

  #receiveText(type: number, data: Uint8Array): void {
    if (this.#asked === 0) return;
    this.#asked -= 1;
    // spice-vdagentd gives an empty text in place of one that is longer than we said we take.
    if (type !== CLIPBOARD_TYPE.utf8Text || data.length === 0) {
      this.#events.problem('notGiven');
      return;
    }
    // Some agents count the NUL at the end of a C string.
    const end = data.at(-1) === 0 ? data.length - 1 : data.length;
    this.#events.text(fromGuestLines(new TextDecoder().decode(data.subarray(0, end))));
  }

  #clipboardWorks(): boolean {
    return this.#state === 'present' && this.#allowed && this.#theirs.has(AGENT_CAP.clipboardByDemand);
  }

  #form(): ClipboardForm {
    return clipboardForm(ourCapabilities(this.#toldOfClipboard), this.#theirs);
  }

  #announce(asks: boolean): void {
    this.#outbox.post(announceCapabilities(asks, ourCapabilities(this.#allowed)));
  }

  #limitGuest(): void {
    if (this.#clipboardWorks() && this.#theirs.has(AGENT_CAP.maxClipboard))
      this.#outbox.post(maxClipboard(MAX_TEXT_BYTES));
  }

  #grab(): void {
    if (!this.#clipboardWorks()) return;
    this.#guestHasText = false;
    if (!this.#theirs.has(AGENT_CAP.clipboardNoReleaseOnRegrab))
      this.#outbox.post(clipboardRelease(this.#form()));
    // What is dropped here the guest cannot count.
    if (this.#outbox.post(clipboardGrab(this.#form(), this.#grabs, [CLIPBOARD_TYPE.utf8Text])))
      this.#grabs += 1;
  }
}
