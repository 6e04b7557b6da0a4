import type { Button, InputsChannel } from '../../../../spice/channels/inputs.ts';
import { type MouseButton, mouseButtons } from '../../mouse-buttons.ts';
import { KEY_GAP_MS, PacedSender } from '../../paced-sender.ts';
import type { Hand } from '../messages.ts';

const named: Readonly<Partial<Record<MouseButton, Button>>> = {
  [mouseButtons.left]: 'left',
  [mouseButtons.middle]: 'middle',
  [mouseButtons.right]: 'right',
  [mouseButtons.side]: 'side',
  [mouseButtons.extra]: 'extra',
};

/** Carries out what hands do. Keys are paced (see PacedSender), and a click never overtakes one. */
export class Hands {
  readonly #inputs: () => InputsChannel | null;
  readonly #paced = new PacedSender<Hand>((hand) => this.#apply(hand), KEY_GAP_MS);

  readonly #asked: () => void;

  /** `asked` is told when a key or a button is sent. */
  constructor(inputs: () => InputsChannel | null, asked: () => void) {
    this.#inputs = inputs;
    this.#asked = asked;
  }

  handle(hand: Hand): void {
    const isKey = hand.kind === 'keyDown' || hand.kind === 'keyUp' || hand.kind === 'locks';
    if (isKey || (hand.kind === 'button' && !this.#paced.isIdle)) this.#paced.push(hand);
    else this.#apply(hand);
  }

  /** Before the session closes: sends what waits and lets go of everything. */
  letGo(): void {
    this.#paced.flush();
    this.#inputs()?.releaseAll();
  }

  #apply(hand: Hand): void {
    const inputs = this.#inputs();
    if (inputs === null) return;
    if (hand.kind === 'keyDown' || (hand.kind === 'button' && hand.pressed)) this.#asked();
    switch (hand.kind) {
      case 'keyDown':
      case 'keyUp':
        this.#key(inputs, hand.kind, hand.scanCode);
        return;
      case 'locks':
        inputs.setModifiers(hand.flags);
        return;
      case 'moveTo':
        inputs.moveTo(hand.x, hand.y);
        return;
      case 'moveBy':
        inputs.move(hand.x, hand.y);
        return;
      case 'button':
        this.#button(inputs, hand.button, hand.pressed);
        return;
    }
  }

  #key(inputs: InputsChannel, kind: 'keyDown' | 'keyUp', scanCode: readonly number[]): void {
    const [first = 0, second] = scanCode;
    const key = second === undefined ? first : (first << 8) | second;
    // Pause, whose codes tell press and release themselves.
    if (scanCode.length > 2) inputs.scancodes(Uint8Array.from(scanCode));
    else if (kind === 'keyDown') inputs.keyDown(key);
    else inputs.keyUp(key);
  }

  #button(inputs: InputsChannel, button: MouseButton, pressed: boolean): void {
    const name = named[button];
    if (name !== undefined) {
      if (pressed) inputs.press(name);
      else inputs.release(name);
    } else if (pressed) {
      inputs.wheel(button === mouseButtons.up ? 'up' : 'down');
    }
  }
}
