import { Fault } from '../contract/fault.ts';
import { type MachineAction, type MachineState, stateWords } from '../contract/machine.ts';
import { type ProcessEnd, readLogEnd } from '../qemu/launch.ts';

/** What of QEMU's log a fault carries, bytes. */
const LOG_TAIL = 4_096;

/** QEMU ended before it could be talked to. */
export class QemuEnded extends Error {
  readonly how: string;
  constructor(end: ProcessEnd) {
    const how = howItEnded(end);
    super(`QEMU ended ${how}`);
    this.how = how;
  }
}

/** 'by SIGKILL', 'with code 1' */
function howItEnded({ code, signal }: ProcessEnd): string {
  return code === null ? `by ${signal ?? 'a signal'}` : `with code ${code}`;
}

/** A QEMU that ended at once, in its own words: its log from byte `logStart` on. */
export async function endedAtOnce(ended: QemuEnded, qemuLog: string, logStart: number): Promise<Fault> {
  const log = await readLogEnd(qemuLog, LOG_TAIL, logStart);
  const said = log.split('\n').filter((line) => line.trim() !== '');
  const line = said.find((text) => /qemu[^:]*:|error|fail/i.test(text)) ?? said.at(-1);
  return new Fault({
    code: 'qemu-exited',
    message: `QEMU ended at once${line === undefined ? ` (${ended.how})` : `: ${withoutPrefix(line)}`}`,
    remedy: 'The machine’s log has all that QEMU said; the host check says whether QEMU itself is sound.',
    detail: log,
  });
}

/** A QEMU that ended though nobody asked it to. `end`: how, where it is known. */
export async function crashed(end: ProcessEnd | null, qemuLog: string, logStart: number): Promise<Fault> {
  const how = end === null ? '' : ` ${howItEnded(end)}`;
  const log = await readLogEnd(qemuLog, LOG_TAIL, logStart);
  const last = log.split('\n').at(-1) ?? '';
  return new Fault({
    code: 'qemu-exited',
    message:
      last === ''
        ? `QEMU ended unexpectedly${how}. Its log of this run is empty.`
        : `QEMU ended unexpectedly${how}. It said last: ${withoutPrefix(last)}`,
    remedy: 'Start it again. If it crashes again, its log says more.',
    detail: log,
  });
}

export function unknownLaunch(file: string): Fault {
  return new Fault({
    code: 'contract-mismatch',
    message: `The guest runs, but how it was started cannot be read from ${file}.`,
    remedy: 'Use the Innkeeper that started it, or shut the guest down from inside, or force it off.',
  });
}

export function notRunning(name: string, what: string): Fault {
  return new Fault({
    code: 'illegal-move',
    message: `“${name}” is not running, so ${what}.`,
    remedy: `Start it first: innkeeper start ${quoted(name)}`,
  });
}

export function notAwake(name: string, state: MachineState, what: string): Fault {
  return new Fault({
    code: 'illegal-move',
    message: `“${name}” is ${stateWords[state].toLowerCase()}, so ${what}.`,
    remedy: `Resume it first: innkeeper resume ${quoted(name)}`,
  });
}

export function beingDeleted(name: string): Fault {
  return new Fault({
    code: 'illegal-move',
    message: `“${name}” is just being deleted.`,
    remedy: `Bring it back first: innkeeper undelete ${quoted(name)}`,
  });
}

export function refused(
  name: string,
  action: MachineAction,
  move: { readonly reason: string; readonly remedy: string },
): Fault {
  return new Fault({
    code: 'illegal-move',
    message: `“${name}” cannot be ${PARTICIPLES[action]}: ${move.reason}.`,
    remedy: move.remedy,
  });
}

export function tooSlow(name: string, state: MachineState, timeoutMs: number): Fault {
  return new Fault({
    code: 'timeout',
    message: `“${name}” did not get there within ${timeoutMs / 1000} seconds; it is ${stateWords[state].toLowerCase()}.`,
    remedy: 'Look at its screen and log, or wait longer.',
  });
}

const PARTICIPLES: Record<MachineAction, string> = {
  start: 'started',
  stop: 'shut down',
  'force-off': 'forced off',
  restart: 'restarted',
  reset: 'reset',
  pause: 'paused',
  resume: 'resumed',
  delete: 'deleted',
  edit: 'edited',
};

/** `2026-11-21T04:00:00.000000Z qemu-system-x86_64: could not …` → `could not …` */
function withoutPrefix(line: string): string {
  return line.replace(/^\d{4}-\S+Z\s+/, '').replace(/^\S*qemu[^:\s]*:\s+/, '');
}

/** A name as a shell takes it. */
export function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
