import { Fault } from '../contract/fault.ts';
import { typeStrokes } from '../devices/display/live.ts';
import { strokesOf } from '../devices/display/us-keyboard.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Guest } from './guest.ts';
import type { Machine } from './machine.ts';

/** Characters from which typing takes long enough to be watched and stopped: some seconds. */
const JOB_FROM = 150;

/** Guests that are being typed into: two texts at once would mix. */
const busy = new WeakSet<Guest>();

/** Presses the keys together and lets them go; QEMU's names. A guest that sleeps is woken by them. */
export async function pressKeys(machine: Machine, keys: readonly string[]): Promise<void> {
  const what = 'no key can be pressed';
  // Of one that is halted QEMU takes keys, too, and drops them without a word.
  const guest = machine.state === 'suspended' ? machine.requireGuest(what) : machine.requireAwake(what);
  try {
    await guest.qmp.executeRaw('send-key', { keys: keys.map((data) => ({ type: 'qcode', data })) });
  } catch (error) {
    const [, key] = /does not accept value '([^']*)'/.exec(Fault.from(error).message) ?? [];
    if (key === undefined) throw error;
    throw new Fault(
      {
        code: 'bad-input',
        message: `QEMU knows no key “${key}”.`,
        remedy:
          'Letters, digits and f1 to f12 name themselves; others are shift, ctrl, alt, meta_l, esc, tab, ret, spc, backspace, delete, insert, home, end, pgup, pgdn, up, down, left, right, print, pause, menu, minus, equal, dot, comma, slash.',
        path: ['keys', keys.indexOf(key)],
      },
      { cause: error },
    );
  }
}

/** Types `text` on the guest's keyboard, all or nothing as to what a US keyboard has. @returns the keys struck. */
export async function typeInto(
  machine: Machine,
  text: string,
  jobs: Jobs,
  signal: AbortSignal,
): Promise<number> {
  const guest = machine.requireAwake('it cannot be typed into');
  const { name, id } = machine.definition;
  const strokes = strokesOf(text);
  if (busy.has(guest)) {
    throw new Fault({
      code: 'busy',
      message: `Something else is being typed into “${name}”.`,
      remedy: 'Wait until it is done, or stop it in the list of jobs.',
    });
  }
  busy.add(guest);
  let done = 0;
  const work = async (report: (progress: number) => void, stop: readonly AbortSignal[]): Promise<void> => {
    try {
      const any = AbortSignal.any([signal, guest.signal, ...stop]);
      await typeStrokes(guest.qmp, strokes, guest.record.accelerator, any, (count) => {
        done = count;
        report(count / strokes.length);
      });
    } catch (error) {
      throw endedEarly(error, name, done, strokes.length);
    }
  };
  try {
    if (strokes.length < JOB_FROM) await work(() => undefined, []);
    else {
      await jobs.run(
        { title: `Typing into “${name}”`, machine: id, cancellable: true },
        (report, cancelled) => work((progress) => report('Typing', progress), [cancelled]),
      );
    }
    return strokes.length;
  } finally {
    busy.delete(guest);
  }
}

/** QEMU refuses keys for a guest that was halted meanwhile, and a guest that ended takes none. */
function endedEarly(error: unknown, name: string, done: number, all: number): Fault {
  const fault = Fault.from(error);
  if (fault.code === 'cancelled') return fault;
  return new Fault(
    {
      code: fault.code === 'qemu-refused' ? 'illegal-move' : fault.code,
      message: `Only the first ${done} of ${all} characters were typed into “${name}”: it stopped taking keys.`,
      remedy: 'Look at its screen, then type the rest.',
      detail: fault.message,
    },
    { cause: error },
  );
}
