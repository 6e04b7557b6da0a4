import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Fault } from '../../../backend/contract/fault.ts';
import type { MachineState, MachineView } from '../../../backend/contract/machine.ts';
import { type Bridge, ConnectionLost } from '../../bridge/bridge.ts';
import { putAllMachines, putMachine } from '../../stores/machines.ts';
import { keepFresh } from './thumbnails.ts';

type Answer = (signal: AbortSignal) => Promise<{ png: string }>;

const drawn: Answer = () => Promise.resolve({ png: '' });
/** A QEMU that hangs. */
const never: Answer = (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () =>
      reject(new Fault({ code: 'cancelled', message: 'It was cancelled.' })),
    );
  });

const machine = (id: string, state: MachineState): MachineView =>
  ({ id, name: id, state }) as unknown as MachineView;

/** The list with those machines in sight, all running, and who was asked for a picture when, in seconds. */
class List implements Disposable {
  readonly asked: { readonly id: string; readonly at: number }[] = [];
  readonly #answers = new Map<string, Answer>();
  readonly #stops: readonly (() => void)[];
  readonly #start = Date.now();

  constructor(...ids: readonly string[]) {
    putAllMachines(ids.map((id) => machine(id, 'running')));
    const bridge = {
      request: (_: string, input: { machine: string }, signal: AbortSignal) => {
        this.asked.push({ id: input.machine, at: (Date.now() - this.#start) / 1000 });
        return (this.#answers.get(input.machine) ?? drawn)(signal);
      },
    } as unknown as Bridge;
    this.#stops = ids.map((id) => keepFresh(bridge, id));
  }

  answer(id: string, answer: Answer): void {
    this.#answers.set(id, answer);
  }

  times(id: string): number[] {
    return this.asked.filter((one) => one.id === id).map(({ at }) => at);
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { visibilityState: 'visible' });
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), ms);
    return abort.signal;
  });
});
afterEach(async () => {
  // What was under way ends, so that the next list begins at rest.
  await vi.runAllTimersAsync();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('every machine is asked every five seconds or so, one at a time', async () => {
  using list = new List('one', 'two');
  await vi.advanceTimersByTimeAsync(20_000);
  expect(list.times('one')).toHaveLength(4);
  expect(list.times('two')).toHaveLength(4);
});

test('a machine that does not answer is given up and left alone; the others go on', async () => {
  using list = new List('stuck', 'well', 'fine');
  list.answer('stuck', never);
  await vi.advanceTimersByTimeAsync(60_000);
  const stuck = list.times('stuck');
  expect(stuck).toHaveLength(2);
  expect((stuck[1] ?? 0) - (stuck[0] ?? 0)).toBeGreaterThanOrEqual(33);
  for (const id of ['well', 'fine']) {
    const times = list.times(id);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(times.length).toBeGreaterThanOrEqual(10);
    expect(Math.max(...gaps)).toBeLessThan(9);
  }
});

test('a machine that refused is asked at once when it has been started anew', async () => {
  using list = new List('one');
  list.answer('one', () => Promise.reject(new Fault({ code: 'internal', message: 'It has no screen.' })));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(list.times('one')).toHaveLength(1);
  putMachine(machine('one', 'stopped'));
  await vi.advanceTimersByTimeAsync(1000);
  putMachine(machine('one', 'running'));
  await vi.advanceTimersByTimeAsync(1000);
  expect(list.times('one')).toHaveLength(2);
});

test('a lost connection is no machine’s fault: all are asked again as ever', async () => {
  using list = new List('one', 'two');
  for (const id of ['one', 'two']) list.answer(id, () => Promise.reject(new ConnectionLost()));
  await vi.advanceTimersByTimeAsync(1000);
  for (const id of ['one', 'two']) list.answer(id, drawn);
  await vi.advanceTimersByTimeAsync(6000);
  expect(list.times('one')).toHaveLength(2);
  expect(list.times('two')).toHaveLength(2);
});
