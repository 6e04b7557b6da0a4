import type { ChannelHandler, ChannelSender } from '../link/channel.ts';
import {
  keyCode,
  keyModifiers,
  mouseButton,
  mouseMotion,
  mousePosition,
} from '../protocol/client-messages.ts';
import { INPUTS_CAP, INPUTS_OUT, MOTION_ACK_BUNCH, MOUSE_BUTTON } from '../protocol/constants.ts';
import { readInputsMessage } from '../protocol/messages.ts';

export type Button = 'left' | 'middle' | 'right' | 'side' | 'extra';

export interface InputsEvents {
  /** The guest's lock keys: KEY_MODIFIER bits. */
  modifiers(flags: number): void;
}

/** As many motions may be on their way; those after them become one. The same as other clients use (two bunches). */
const MAX_IN_FLIGHT = MOTION_ACK_BUNCH * 2;
/** PC scancode set 1: the prefix of the keys that the AT keyboard added, and the bit of a release. */
const EXTENDED = 0xe0;
const RELEASED = 0x80;

/**
 * InputsChannel: keys as PC scancodes of set 1 (the guest's layout decides what they mean) and the pointer.
 * A key is `0x01`–`0x7f`, or `0xe000 | code` for an extended one. Motions and positions are sent at once while the server keeps
 * up, else they become one; a button always goes out after the movement before it.
 */
export class InputsChannel implements ChannelHandler {
  readonly #sender: ChannelSender;
  readonly #events: InputsEvents;
  readonly #keys = new Set<number>();
  #buttons = 0;
  #inFlight = 0;
  #motion = { x: 0, y: 0 };
  #position: { readonly x: number; readonly y: number; readonly display: number } | null = null;

  constructor(sender: ChannelSender, events: InputsEvents) {
    this.#sender = sender;
    this.#events = events;
  }

  receive(type: number, body: Uint8Array): void {
    const message = readInputsMessage(type, body);
    switch (message.kind) {
      case 'init':
        // A session that was cut off may have left a button down; servers let go of keys only (inputs-channel.cpp).
        this.#sender.send(INPUTS_OUT.mouseRelease, mouseButton(MOUSE_BUTTON.left, 0));
        this.#events.modifiers(message.body.modifiers);
        return;
      case 'keyModifiers':
        this.#events.modifiers(message.body.modifiers);
        return;
      case 'mouseMotionAck':
        this.#inFlight = Math.max(0, this.#inFlight - MOTION_ACK_BUNCH);
        this.#flush();
        return;
    }
  }

  /** Throws a RangeError for what is no scancode. A key that is down repeats. */
  keyDown(key: number): void {
    this.#sender.send(INPUTS_OUT.keyDown, keyCode(wireCode(key, 0)));
    this.#keys.add(key);
  }

  keyUp(key: number): void {
    this.#sender.send(INPUTS_OUT.keyUp, keyCode(wireCode(key, RELEASED)));
    this.#keys.delete(key);
  }

  /** Raw scancode bytes, for keys that are more than one code (Pause). None may be 0. */
  scancodes(bytes: Uint8Array): void {
    if (this.#sender.serverHas(INPUTS_CAP.keyScancode)) {
      this.#sender.send(INPUTS_OUT.keyScancode, bytes);
      return;
    }
    // A key message takes up to four codes, low byte first, up to the first 0.
    for (let at = 0; at < bytes.length; at += 4) {
      let code = 0;
      for (let index = 3; index >= 0; index -= 1) code = (code << 8) | (bytes[at + index] ?? 0);
      this.#sender.send(INPUTS_OUT.keyDown, keyCode(code >>> 0));
    }
  }

  /** Sets the guest's lock keys (KEY_MODIFIER bits); it answers with a `modifiers` event. */
  setModifiers(flags: number): void {
    this.#sender.send(INPUTS_OUT.keyModifiers, keyModifiers(flags));
  }

  /** Relative movement in guest pixels, for the server's mouse mode. */
  move(dx: number, dy: number): void {
    this.#motion.x += Math.trunc(dx);
    this.#motion.y += Math.trunc(dy);
    if (this.#inFlight < MAX_IN_FLIGHT) this.#flush();
  }

  /** Absolute position in pixels of that display channel's surface, for the client's mouse mode. */
  moveTo(x: number, y: number, display = 0): void {
    this.#position = { x: Math.max(0, Math.trunc(x)), y: Math.max(0, Math.trunc(y)), display };
    if (this.#inFlight < MAX_IN_FLIGHT) this.#flush();
  }

  press(button: Button): void {
    this.#flush();
    this.#buttons |= maskOf(button);
    this.#sender.send(INPUTS_OUT.mousePress, mouseButton(MOUSE_BUTTON[button], this.#buttons));
  }

  release(button: Button): void {
    this.#flush();
    this.#buttons &= ~maskOf(button);
    this.#sender.send(INPUTS_OUT.mouseRelease, mouseButton(MOUSE_BUTTON[button], this.#buttons));
  }

  /** One notch of the wheel. */
  wheel(direction: 'up' | 'down'): void {
    this.#flush();
    const button = MOUSE_BUTTON[direction];
    this.#sender.send(INPUTS_OUT.mousePress, mouseButton(button, this.#buttons));
    this.#sender.send(INPUTS_OUT.mouseRelease, mouseButton(button, this.#buttons));
  }

  /** Lets go of every key and button that is down: the viewer lost the focus. */
  releaseAll(): void {
    for (const key of [...this.#keys]) this.keyUp(key);
    for (const button of BUTTONS) {
      if ((this.#buttons & maskOf(button)) !== 0) this.release(button);
    }
  }

  /** Movement of the old mouse mode means nothing in the new one. */
  mouseModeChanged(): void {
    this.#motion = { x: 0, y: 0 };
    this.#position = null;
  }

  #flush(): void {
    const motion = this.#motion;
    if (motion.x !== 0 || motion.y !== 0) {
      this.#inFlight += 1;
      this.#sender.send(INPUTS_OUT.mouseMotion, mouseMotion(motion.x, motion.y, this.#buttons));
      motion.x = 0;
      motion.y = 0;
    }
    const position = this.#position;
    if (position === null) return;
    this.#position = null;
    this.#inFlight += 1;
    this.#sender.send(
      INPUTS_OUT.mousePosition,
      mousePosition(position.x, position.y, this.#buttons, position.display),
    );
  }
}

const BUTTONS = ['left', 'middle', 'right', 'side', 'extra'] as const satisfies readonly Button[];

function maskOf(button: Button): number {
  return 1 << (MOUSE_BUTTON[button] - 1);
}

function wireCode(key: number, release: number): number {
  const code = key & 0xff;
  const extended = key >>> 8 === EXTENDED;
  if (!(extended || key >>> 8 === 0) || code === 0 || code >= RELEASED) {
    throw new RangeError(`0x${key.toString(16)} is no scancode of set 1`);
  }
  return extended ? EXTENDED | ((code | release) << 8) : code | release;
}
