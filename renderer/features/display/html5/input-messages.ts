import type { MouseButton } from '../mouse-buttons.ts';

/**
 * Client messages of the SPICE inputs channel, with the mini header {u16 type, u32 size} that spice-html5 negotiates
 * (spice.proto: channel InputsChannel, message numbers from 101).
 */
const KEY_DOWN = 101;
const KEY_UP = 102;
const MOUSE_MOTION = 111;
const MOUSE_POSITION = 112;
const MOUSE_PRESS = 113;
const MOUSE_RELEASE = 114;
const HEADER = 6;

function message(type: number, size: number): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(HEADER + size));
  view.setUint16(0, type, true);
  view.setUint32(2, size, true);
  return view;
}

/** Up to four scan code bytes in one word, the first lowest: `[0xe0, 0x48]` → 0x48e0. */
function scanCodeWord(bytes: readonly number[]): number {
  return bytes.reduce((word, byte, index) => word | (byte << (8 * index)), 0) >>> 0;
}

export function keyDown(scanCode: readonly number[]): ArrayBuffer {
  const view = message(KEY_DOWN, 4);
  view.setUint32(HEADER, scanCodeWord(scanCode), true);
  return view.buffer;
}

/** Set 1 marks a release by bit 7 of the last byte: `[0xe0, 0x48]` → e0 c8. */
export function keyUp(scanCode: readonly number[]): ArrayBuffer {
  const view = message(KEY_UP, 4);
  const released = scanCode.map((byte, index) => (index === scanCode.length - 1 ? byte | 0x80 : byte));
  view.setUint32(HEADER, scanCodeWord(released), true);
  return view.buffer;
}

/** An absolute place on the guest's screen, guest pixels (client mouse mode). `buttons` is a mask, 1 is left. */
export function mousePosition(x: number, y: number, buttons: number): ArrayBuffer {
  const view = message(MOUSE_POSITION, 11);
  view.setUint32(HEADER, x, true);
  view.setUint32(HEADER + 4, y, true);
  view.setUint16(HEADER + 8, buttons, true);
  view.setUint8(HEADER + 10, 0);
  return view.buffer;
}

/** A movement, guest pixels (server mouse mode). */
export function mouseMotion(dx: number, dy: number, buttons: number): ArrayBuffer {
  const view = message(MOUSE_MOTION, 10);
  view.setInt32(HEADER, dx, true);
  view.setInt32(HEADER + 4, dy, true);
  view.setUint16(HEADER + 8, buttons, true);
  return view.buffer;
}

export function mouseButton(button: MouseButton, pressed: boolean, buttons: number): ArrayBuffer {
  const view = message(pressed ? MOUSE_PRESS : MOUSE_RELEASE, 3);
  view.setUint8(HEADER, button);
  view.setUint16(HEADER + 1, buttons, true);
  return view.buffer;
}
