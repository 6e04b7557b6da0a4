import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { attachKeyboard, type KeySink } from './keyboard.ts';

type Modifier = 'Control' | 'Alt' | 'CapsLock';

interface Press {
  /** Where it is not the code. */
  readonly key?: string;
  readonly modifiers?: readonly Modifier[];
  readonly repeat?: boolean;
}

/** A screen with the focus, what its guest was told, and what was kept from the page. */
class Screen {
  readonly told: string[] = [];
  sink: KeySink | null = this.newSession();
  leaves = 0;
  readonly #listeners = new Map<string, (event: unknown) => void>();
  readonly #element: object;

  constructor(staysWithHost: (event: KeyboardEvent) => boolean = () => false) {
    const element = {
      addEventListener: (name: string, listener: (event: unknown) => void) =>
        this.#listeners.set(name, listener),
    };
    attachKeyboard(
      element as unknown as HTMLElement,
      () => this.sink,
      () => {
        this.leaves += 1;
      },
      staysWithHost,
      new AbortController().signal,
    );
    this.#element = element;
  }

  newSession(): KeySink {
    const hex = (scanCode: readonly number[]) => scanCode.map((byte) => byte.toString(16)).join(' ');
    return {
      keyDown: (scanCode) => this.told.push(`down ${hex(scanCode)}`),
      keyUp: (scanCode) => this.told.push(`up ${hex(scanCode)}`),
      setLocks: ({ caps }) => this.told.push(`caps ${caps ? 'on' : 'off'}`),
    };
  }

  /** Whether the page and the browser heard of it. */
  down(code: string, press: Press = {}): boolean {
    return this.#send('keydown', code, press);
  }

  up(code: string, press: Press = {}): boolean {
    return this.#send('keyup', code, press);
  }

  blur(): void {
    this.#listeners.get('blur')?.({});
  }

  focus(): void {
    this.#listeners.get('focus')?.({});
  }

  #send(type: string, code: string, { key = code, modifiers = [], repeat = false }: Press): boolean {
    let isPages = true;
    this.#listeners.get(type)?.({
      target: this.#element,
      isTrusted: true,
      code,
      key,
      repeat,
      shiftKey: false,
      ctrlKey: modifiers.includes('Control'),
      altKey: modifiers.includes('Alt'),
      getModifierState: (name: Modifier) => modifiers.includes(name),
      preventDefault: () => {
        isPages = false;
      },
      stopPropagation: () => undefined,
    });
    return isPages;
  }
}

beforeEach(() => {
  vi.stubGlobal('window', new EventTarget());
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** Ctrl+T, which stays with the host. */
const newTab = (event: KeyboardEvent) => event.ctrlKey && event.code === 'KeyT';

test('a key goes to the guest and not to the page', () => {
  const screen = new Screen();
  expect([screen.down('Tab'), screen.up('Tab')]).toEqual([false, false]);
  expect(screen.told).toEqual(['caps off', 'down f', 'up f']);
});

test('without a session every key is the page’s, and Ctrl+Alt still leaves', () => {
  const screen = new Screen();
  screen.sink = null;
  for (const code of ['Tab', 'Escape', 'F5', 'Pause', 'KeyK']) {
    expect([screen.down(code), screen.up(code)]).toEqual([true, true]);
  }
  screen.down('ControlLeft', { modifiers: ['Control'] });
  screen.down('AltLeft', { modifiers: ['Control', 'Alt'] });
  screen.up('AltLeft', { modifiers: ['Control'] });
  expect(screen.leaves).toBe(0);
  screen.up('ControlLeft');
  expect(screen.leaves).toBe(1);
  expect(screen.told).toEqual([]);
});

test('a key that the guest’s keyboard does not have is the page’s', () => {
  const screen = new Screen();
  expect([screen.down('F13'), screen.up('F13')]).toEqual([true, true]);
  expect(screen.told).toEqual([]);
});

test('a key that the guest has down stays its own while it repeats beside Ctrl, and is let go', () => {
  const screen = new Screen(newTab);
  screen.down('KeyT');
  screen.down('ControlLeft', { modifiers: ['Control'] });
  expect(screen.down('KeyT', { modifiers: ['Control'], repeat: true })).toBe(false);
  screen.up('KeyT', { modifiers: ['Control'] });
  screen.up('ControlLeft');
  expect(screen.told).toEqual(['caps off', 'down 14', 'down 1d', 'down 14', 'up 14', 'up 1d']);
});

test('a key that went to the host stays its own while it repeats, though Ctrl is up', () => {
  const screen = new Screen(newTab);
  expect(screen.down('KeyT', { modifiers: ['Control'] })).toBe(true);
  expect(screen.down('KeyT', { repeat: true })).toBe(true);
  expect(screen.up('KeyT')).toBe(true);
  expect(screen.told).toEqual([]);
});

test('a key whose key-up never came is let go with the host’s combination on it', () => {
  const screen = new Screen(newTab);
  screen.down('KeyT');
  screen.down('KeyT', { modifiers: ['Control'] });
  expect(screen.up('KeyT', { modifiers: ['Control'] })).toBe(true);
  expect(screen.told).toEqual(['caps off', 'down 14', 'up 14']);
});

test('a lock key that comes first does not say how the locks are; the next key does', () => {
  const screen = new Screen();
  screen.down('CapsLock', { modifiers: ['CapsLock'] });
  screen.up('CapsLock');
  screen.down('KeyA');
  screen.up('KeyA');
  screen.down('KeyA');
  expect(screen.told).toEqual(['down 3a', 'up 3a', 'caps off', 'down 1e', 'up 1e', 'down 1e']);
});

test('the locks are told anew to another session, and after the focus was elsewhere', () => {
  const screen = new Screen();
  const type = () => {
    screen.told.length = 0;
    screen.down('KeyA', { modifiers: ['CapsLock'] });
    screen.up('KeyA', { modifiers: ['CapsLock'] });
    return screen.told;
  };
  expect(type()).toEqual(['caps on', 'down 1e', 'up 1e']);
  expect(type()).toEqual(['down 1e', 'up 1e']);
  screen.sink = screen.newSession();
  expect(type()).toEqual(['caps on', 'down 1e', 'up 1e']);
  screen.blur();
  expect(type()).toEqual(['caps on', 'down 1e', 'up 1e']);
});

test('a guest that sets up another screen, as after a reset, is told the locks again; once', () => {
  const screen = new Screen();
  let number = 1;
  screen.sink = {
    ...screen.newSession(),
    get screen() {
      return number;
    },
  };
  const caps = { modifiers: ['CapsLock'] } as const;
  screen.down('KeyA', caps);
  number = 2;
  screen.down('KeyB', caps);
  screen.down('KeyC', caps);
  expect(screen.told).toEqual(['caps on', 'down 1e', 'caps on', 'down 30', 'down 2e']);
});

test('what is held is let go when the focus leaves', () => {
  const screen = new Screen();
  screen.down('ShiftLeft');
  screen.down('KeyA');
  screen.blur();
  expect(screen.told).toEqual(['caps off', 'down 2a', 'down 1e', 'up 2a', 'up 1e']);
});

test('a key that was let go while nobody took keys is let go in the guest as soon as it takes some', () => {
  const screen = new Screen();
  const session = screen.sink;
  screen.down('KeyA');
  screen.sink = null;
  screen.blur();
  screen.focus();
  expect(screen.told).toEqual(['caps off', 'down 1e']);
  screen.sink = session;
  screen.focus();
  screen.focus();
  expect(screen.told).toEqual(['caps off', 'down 1e', 'up 1e']);
});

test('keys that say no place are held each by itself', () => {
  const screen = new Screen();
  screen.down('', { key: 'a' });
  screen.down('', { key: 'b' });
  screen.up('', { key: 'a' });
  screen.up('', { key: 'b' });
  expect(screen.told).toEqual(['caps off', 'down 1e', 'down 30', 'up 1e', 'up 30']);
});
