import { afterEach, expect, test, vi } from 'vitest';
import { attachPointer, type PointerHold, type PointerSink, WheelNotches } from './pointer.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a click of a mouse wheel is one notch, whatever the browser calls it', () => {
  for (const [delta, mode] of [
    [120, 0],
    [100, 0],
    [53, 0],
    [3, 1],
    [1, 2],
  ] as const) {
    expect(new WheelNotches().add(delta, mode)).toBe(1);
    expect(new WheelNotches().add(-delta, mode)).toBe(-1);
  }
});

test('a touch pad adds up to a notch; turning round starts anew', () => {
  const wheel = new WheelNotches();
  expect([20, 20, 20, 20].map((delta) => wheel.add(delta, 0))).toEqual([0, 0, 1, 0]);
  expect(wheel.add(-40, 0)).toBe(0);
  expect(wheel.add(-10, 0)).toBe(-1);
});

/** The picture of a guest that takes movements, and a browser that catches the pointer when `grant` is called. */
function movementsScreen() {
  const heard: string[] = [];
  const listeners = new Map<string, (event: unknown) => void>();
  let asked = Promise.withResolvers<void>();
  const element = {
    addEventListener: (name: string, listener: (event: unknown) => void) => listeners.set(name, listener),
    focus: () => undefined,
    requestPointerLock: () => {
      asked = Promise.withResolvers<void>();
      return asked.promise;
    },
  };
  const page = Object.assign(new EventTarget(), { pointerLockElement: null as unknown });
  vi.stubGlobal('document', page);
  const sink: PointerSink = {
    size: { width: 100, height: 100 },
    moveTo: () => undefined,
    moveBy: () => undefined,
    button: (button, pressed) => heard.push(`${button} ${pressed ? 'down' : 'up'}`),
  };
  const picture = { getBoundingClientRect: () => ({ left: 0, top: 0, width: 100, height: 100 }) };
  attachPointer(
    element as unknown as HTMLElement,
    () => picture as unknown as Element,
    () => sink,
    (hold: PointerHold) => heard.push(hold),
    new AbortController().signal,
  );
  const send = (type: string, buttons: number) =>
    listeners.get(type)?.({ type, buttons, movementX: 0, movementY: 0, preventDefault: () => undefined });
  return {
    heard,
    press: () => send('pointerdown', 1),
    letGo: () => send('pointerup', 0),
    grant: () => {
      page.pointerLockElement = element;
      page.dispatchEvent(new Event('pointerlockchange'));
      asked.resolve();
    },
    /** The browser lets go, and says so when the answer is called. */
    lose: () => {
      page.pointerLockElement = null;
      return () => page.dispatchEvent(new Event('pointerlockchange'));
    },
    /** As browsers do whose request answers with nothing. */
    tellRefused: () => page.dispatchEvent(new Event('pointerlockerror')),
    refuse: async () => {
      asked.reject(new DOMException('too soon', 'SecurityError'));
      await asked.promise.catch(() => undefined);
    },
  };
}

test('the click after the one that caught the pointer is the guest’s, however late the browser grants it', () => {
  for (const isQuick of [true, false]) {
    const screen = movementsScreen();
    screen.press();
    if (isQuick) screen.grant();
    screen.letGo();
    if (!isQuick) screen.grant();
    screen.press();
    screen.letGo();
    expect(screen.heard).toEqual(['caught', '1 down', '1 up']);
  }
});

test('a refusal stays said when the browser tells only then that the pointer is free', async () => {
  const screen = movementsScreen();
  vi.spyOn(console, 'debug').mockImplementation(() => undefined);
  screen.grant();
  const tellLost = screen.lose();
  screen.press();
  await screen.refuse();
  tellLost();
  expect(screen.heard).toEqual(['caught', 'refused']);
});

test('the person gets the pointer back: that is said once', () => {
  const screen = movementsScreen();
  screen.press();
  screen.grant();
  screen.letGo();
  screen.lose()();
  screen.lose()();
  expect(screen.heard).toEqual(['caught', 'free']);
});

test('a refusal that no promise tells is told by an event', () => {
  const screen = movementsScreen();
  screen.press();
  screen.tellRefused();
  expect(screen.heard).toEqual(['refused']);
});
