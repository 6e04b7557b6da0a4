import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyCodes, PAUSE_SEQUENCE, scanCodeOf } from './scan-codes.ts';

test('letters, digits and the extended block', () => {
  expect(scanCodeOf('KeyA')).toEqual([0x1e]);
  expect(scanCodeOf('Digit0')).toEqual([0x0b]);
  expect(scanCodeOf('Enter')).toEqual([0x1c]);
  expect(scanCodeOf('NumpadEnter')).toEqual([0xe0, 0x1c]);
  expect(scanCodeOf('ArrowUp')).toEqual([0xe0, 0x48]);
  expect(scanCodeOf('Delete')).toEqual([0xe0, 0x53]);
  expect(scanCodeOf('AltRight')).toEqual([0xe0, 0x38]);
});

test('the keys of larger keyboards that QEMU passes on', () => {
  expect(scanCodeOf('Sleep')).toEqual([0xe0, 0x5f]);
  expect(scanCodeOf('WakeUp')).toEqual([0xe0, 0x63]);
  expect(scanCodeOf('LaunchApp1')).toEqual([0xe0, 0x6b]);
  expect(scanCodeOf('MediaSelect')).toEqual([0xe0, 0x6d]);
});

test('what QEMU does not pass on is nobody’s scan code and is not locked', () => {
  for (const code of ['F13', 'F20', 'BrowserSearch']) {
    expect(scanCodeOf(code)).toBeNull();
    expect(keyCodes).not.toContain(code);
  }
});

test('Pause is a keyboard’s, and leaves NumLock as spice-server counts it', () => {
  const bytes = PAUSE_SEQUENCE.flat();
  expect(bytes.slice(-6)).toEqual([0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5]);
  // inputs-channel.cpp, sync_locks: each first press of the code turns it over.
  const numLock = { isOn: false, isDown: false };
  for (const byte of bytes.filter((one) => (one & 0x7f) === 0x45)) {
    const isDown = byte < 0x80;
    if (isDown && !numLock.isDown) numLock.isOn = !numLock.isOn;
    numLock.isDown = isDown;
  }
  expect(numLock).toEqual({ isOn: false, isDown: false });
});

test('names of before work, and are not among those to lock', () => {
  expect(scanCodeOf('OSLeft')).toEqual(scanCodeOf('MetaLeft'));
  expect(scanCodeOf('OSRight')).toEqual(scanCodeOf('MetaRight'));
  expect(keyCodes.filter((code) => code.startsWith('OS'))).toEqual([]);
});

test('any other name gives nothing, never a wrong key', () => {
  expect(scanCodeOf('')).toBeNull();
  expect(scanCodeOf('constructor')).toBeNull();
  fc.assert(
    fc.property(fc.string(), (code) => {
      const bytes = scanCodeOf(code);
      for (const byte of bytes ?? []) expect(byte > 0 && byte < 0x100).toBe(true);
    }),
  );
});
