const controls = new Set(['ControlLeft', 'ControlRight']);
const alternates = new Set(['AltLeft', 'AltRight']);

/**
 * Whether Ctrl and Alt were pressed together and let go with no other key between: the way out of what takes the whole
 * keyboard for a guest (display, console). Feed it every key; true means leave now.
 */
export class LeaveChord {
  #held = new Set<string>();
  #both = false;
  #spoilt = false;

  key(code: string, pressed: boolean): boolean {
    if (!controls.has(code) && !alternates.has(code)) {
      if (pressed) this.#spoilt = true;
      return false;
    }
    if (pressed) {
      if (this.#held.size === 0) {
        this.#both = false;
        this.#spoilt = false;
      }
      this.#held.add(code);
      const has = (set: ReadonlySet<string>) => [...this.#held].some((one) => set.has(one));
      if (has(controls) && has(alternates)) this.#both = true;
      return false;
    }
    this.#held.delete(code);
    return this.#held.size === 0 && this.#both && !this.#spoilt;
  }

  reset(): void {
    this.#held.clear();
    this.#both = false;
    this.#spoilt = false;
  }
}
