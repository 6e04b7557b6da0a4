import { setTimeout as delay } from 'node:timers/promises';
import type { QmpClient } from '../../qemu/qmp/client.ts';
import type { InputEvent } from '../../qemu/qmp/generated.ts';
import type { Stroke } from './us-keyboard.ts';

/**
 * A PC keyboard's queue in QEMU holds 16 bytes (hw/input/ps2.c, PS2_QUEUE_SIZE), drops what comes when it is full, and tells
 * nobody. So each byte is given this long, ms, and a guest may look away for sixteen times that. One whose CPU is emulated
 * on a busy host looks away for longer.
 */
const BYTE_MS = { kvm: 4, tcg: 8 } as const;
/** Scan code set 2: one byte to press a key, two to let it go. */
const STROKE_BYTES = 3;
/** A host or a QEMU that answers this much slower than at once has a slow guest too: it gets this many times the wait. */
const PATIENCE = 2;

/** Types on the guest's keyboard; resolves when the last key is let go. Throws what QMP or the signal says. */
export async function typeStrokes(
  qmp: QmpClient,
  strokes: readonly Stroke[],
  accelerator: keyof typeof BYTE_MS,
  signal: AbortSignal,
  typed: (count: number) => void,
): Promise<void> {
  let count = 0;
  for (const stroke of strokes) {
    signal.throwIfAborted();
    const askedAt = performance.now();
    // Press and release in one command: whatever ends this, no key stays down.
    await qmp.execute('input-send-event', { events: eventsOf(stroke) });
    count += 1;
    typed(count);
    if (count === strokes.length) return;
    const answer = performance.now() - askedAt;
    const gap = BYTE_MS[accelerator] * STROKE_BYTES * (stroke.shift ? 2 : 1);
    await delay(Math.max(gap, answer * PATIENCE), undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function eventsOf({ key, shift }: Stroke): InputEvent[] {
  const strike = [keyEvent(key, true), keyEvent(key, false)];
  return shift ? [keyEvent('shift', true), ...strike, keyEvent('shift', false)] : strike;
}

function keyEvent(key: Stroke['key'], down: boolean): InputEvent {
  return { type: 'key', data: { down, key: { type: 'qcode', data: key } } };
}
