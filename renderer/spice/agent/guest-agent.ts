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
  readAgentMessage,
} from './agent-messages.ts';
import { AgentStream } from './agent-stream.ts';
import { fromGuestLines, toGuestLines } from './line-ends.ts';

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

/** Rejects when the agent is gone or takes nothing. */
export type SendToAgent = (message: Uint8Array) => Promise<void>;

const always: readonly number[] = [AGENT_CAP.monitorsConfig];
/** Announced only while the person allows it: without them the guest does not even say that something was copied. */
const forClipboard: readonly number[] = [
  AGENT_CAP.clipboardByDemand,
  AGENT_CAP.clipboardSelection,
  AGENT_CAP.clipboardNoReleaseOnRegrab,
  AGENT_CAP.clipboardGrabSerial,
];

/** Messages that may wait for an agent that takes none; what a guest asks for beyond that is not answered. */
const MAX_WAITING = 64;
/** Texts that may wait: each is up to MAX_TEXT_BYTES. */
const MAX_WAITING_TEXTS = 4;

/** The viewer's end of the talk with the agent in the guest (vd_agent.h): the screen's size and the clipboard's text. */
export class GuestAgent {
  readonly #events: GuestAgentEvents;
  #stream = this.#newStream();
  #send: SendToAgent | null = null;
  #state: 'absent' | 'present' | 'failed' = 'absent';
  #theirs: AgentCapabilities = new Set();
  #allowed = false;
  /** Ours on the clipboard, as UTF-8; outlives an agent that restarts. */
  #offer: Uint8Array | null = null;
  #guestHasText = false;
  /** Requests of ours that have no answer yet. */
  #asked = 0;
  /** How many grabs there were on both sides together (AGENT_CAP.clipboardGrabSerial). */
  #grabs = 0;
  #waiting = 0;
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
    this.#send = send;
    this.#stream = this.#newStream();
    this.#theirs = new Set();
    this.#guestHasText = false;
    this.#asked = 0;
    this.#grabs = 0;
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
    if (this.#theirs.has(AGENT_CAP.monitorsConfig)) this.#post(monitorsConfig(width, height));
  }

  /** Nothing of a clipboard crosses before this; taking it back takes back what was offered, too. */
  allowClipboard(allowed: boolean): void {
    if (allowed === this.#allowed) return;
    if (!allowed && this.#offer !== null && this.#clipboardWorks())
      this.#post(clipboardRelease(this.#form()));
    this.#allowed = allowed;
    this.#offer = null;
    this.#guestHasText = false;
    this.#asked = 0;
    if (this.#state === 'present' && this.#theirs.size > 0) this.#announce(false);
    this.#limitGuest();
  }

  /** Puts text on the guest's clipboard; it crosses when somebody pastes it there. */
  offer(text: string): void {
    if (!this.#allowed) return;
    const bytes = new TextEncoder().encode(toGuestLines(text, this.#theirs.has(AGENT_CAP.guestLineEndCrLf)));
    if (bytes.length > MAX_TEXT_BYTES) {
      this.#events.problem('toGuestTooLarge');
      return;
    }
    this.#offer = bytes;
    this.#grab();
  }

  /** Asks for what the guest offered; `text` or `problem` follows. */
  take(): void {
    if (this.#clipboardWorks() && this.#guestHasText) this.#request();
  }

  // An agent offers nothing of what was copied before we came, and yet gives it.
  /** Asks for what would be pasted in the guest; `text` or `problem` follows where there is an agent that may give it. */
  paste(): void {
    if (!this.#clipboardWorks()) return;
    if (this.#offer !== null) this.#events.text(fromGuestLines(new TextDecoder().decode(this.#offer)));
    else this.#request();
  }

  #request(): void {
    this.#asked += 1;
    this.#post(clipboardRequest(this.#form(), CLIPBOARD_TYPE.utf8Text));
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
    if (message.kind === 'reply' || !this.#clipboardWorks() || message.selection !== CLIPBOARD_SELECTION)
      return;
    switch (message.kind) {
      case 'grab':
        this.#guestGrabbed(message.serial, message.types.includes(CLIPBOARD_TYPE.utf8Text));
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
    if (isFirst && this.#offer !== null) this.#grab();
  }

  #guestGrabbed(serial: number | null, hasText: boolean): void {
    // Both sides copied at once: the guest's came too late, it takes ours.
    if (serial !== null && serial !== this.#grabs) return;
    this.#grabs += 1;
    this.#offer = null;
    this.#guestHasText = hasText;
    if (hasText) this.#events.offered();
  }

  #answer(type: number): void {
    const text = type === CLIPBOARD_TYPE.utf8Text ? this.#offer : null;
    if (text === null || this.#waitingTexts >= MAX_WAITING_TEXTS) {
      this.#post(clipboardData(this.#form(), CLIPBOARD_TYPE.none, new Uint8Array(0)));
      return;
    }
    this.#waitingTexts += 1;
    const left = (): void => {
      this.#waitingTexts -= 1;
    };
    this.#post(
      clipboardData(this.#form(), CLIPBOARD_TYPE.utf8Text, text),
      () => {
        left();
        this.#events.given();
      },
      left,
    );
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

  #ours(): AgentCapabilities {
    return new Set(this.#allowed ? [...always, ...forClipboard] : always);
  }

  #form(): ClipboardForm {
    return clipboardForm(this.#ours(), this.#theirs);
  }

  #announce(asks: boolean): void {
    this.#post(announceCapabilities(asks, this.#ours()));
  }

  #limitGuest(): void {
    if (this.#clipboardWorks() && this.#theirs.has(AGENT_CAP.maxClipboard))
      this.#post(maxClipboard(MAX_TEXT_BYTES));
  }

  #grab(): void {
    if (!this.#clipboardWorks()) return;
    this.#guestHasText = false;
    if (!this.#theirs.has(AGENT_CAP.clipboardNoReleaseOnRegrab)) this.#post(clipboardRelease(this.#form()));
    this.#post(clipboardGrab(this.#form(), this.#grabs, [CLIPBOARD_TYPE.utf8Text]));
    this.#grabs += 1;
  }

  #post(message: Uint8Array, sent: () => void = () => {}, lost: () => void = () => {}): void {
    if (this.#send === null || this.#waiting >= MAX_WAITING) {
      lost();
      return;
    }
    this.#waiting += 1;
    // An agent that goes away says so itself (`connected`).
    this.#send(message)
      .then(sent, lost)
      .finally(() => {
        this.#waiting -= 1;
      });
  }
}
