import { mkdir } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { checkMemoryFits } from '../devices/memory/definition.ts';
import { launchQemu, readPidFile } from '../qemu/launch.ts';
import { inspectPid, watchPid } from '../qemu/process.ts';
import { fileFault } from '../store/atomic-file.ts';
import type { MachineFolder, MachineRuntime } from '../store/paths.ts';
import type { MachineDefinition } from './definition.ts';
import { Guest, type GuestListener } from './guest.ts';
import type { HostQemu } from './host-qemu.ts';
import { planLaunch } from './launch-plan.ts';
import { clearRuntime, type LaunchRecord, readLaunchRecord, writeLaunchRecord } from './launch-record.ts';
import { endedAtOnce, QemuEnded } from './machine-faults.ts';
import type { RunningQemu } from './running-qemu.ts';

/** How long after its socket closed a QEMU that ends may take to be gone, ms. */
const EXIT_GRACE = 1_000;

export interface LaunchParts {
  readonly definition: MachineDefinition;
  readonly host: HostQemu;
  readonly files: MachineFolder;
  readonly runtime: MachineRuntime;
  readonly listener: GuestListener;
  readonly signal: AbortSignal;
  /** Called as soon as there is a process: from then on the caller answers for it. */
  readonly launched: (qemu: RunningQemu) => void;
}

/** Starts QEMU, its CPUs halted, and connects to it. Throws a Fault; a process that was told of may still run then. */
export async function launchGuest(parts: LaunchParts): Promise<Guest> {
  const { definition, host, files, runtime, signal } = parts;
  checkMemoryFits(definition.memory.sizeMiB, totalmem());
  const plan = planLaunch(definition, host.capabilities, runtime);
  const record: LaunchRecord = {
    startedAt: Date.now(),
    accelerator: plan.accelerator,
    acceleratorReason: plan.acceleratorReason,
    clockSource: plan.clockSource,
    adapter: plan.adapter,
    spice: plan.spice,
    definition,
  };
  await prepareRuntime(runtime, record);
  signal.throwIfAborted();
  const { pid, startTicks, logStart, exited } = await launchQemu({
    binary: host.binary.path,
    args: plan.args,
    logFile: files.qemuLog,
    pidFile: runtime.pid,
    folder: files.folder,
  });
  parts.launched({ pid, startTicks, logStart, gone: exited });
  try {
    return await openWhileItRuns(record, exited, parts);
  } catch (error) {
    throw error instanceof QemuEnded ? await endedAtOnce(error, files.qemuLog, logStart) : error;
  }
}

async function prepareRuntime(runtime: MachineRuntime, record: LaunchRecord): Promise<void> {
  try {
    await clearRuntime(runtime);
    await mkdir(runtime.folder, { recursive: true, mode: 0o700 });
    await writeLaunchRecord(runtime, record);
  } catch (error) {
    throw fileFault(error, runtime.folder, 'written');
  }
}

/** A QEMU that exits at once is told from one that is slow: whichever happens first. */
async function openWhileItRuns(
  record: LaunchRecord,
  exited: Promise<{ code: number | null; signal: string | null }>,
  { runtime, listener, signal }: LaunchParts,
): Promise<Guest> {
  const ended = new AbortController();
  void exited.then((end) => ended.abort(new QemuEnded(end)));
  try {
    return await Guest.open(record, runtime, listener, AbortSignal.any([signal, ended.signal]));
  } catch (error) {
    // A QEMU that goes takes its socket with it a moment before we hear of its end: its own words tell more.
    if (!signal.aborted) await Promise.race([exited, delay(EXIT_GRACE, undefined, { ref: false })]);
    throw ended.signal.aborted ? ended.signal.reason : error;
  }
}

/** What an earlier back end left in the runtime folder. */
export type Left =
  | { readonly kind: 'nothing' }
  /** It was started and is gone, and nobody saw how. */
  | { readonly kind: 'died' }
  /** It runs; the record is null where it cannot be read. */
  | { readonly kind: 'runs'; readonly qemu: RunningQemu; readonly record: LaunchRecord | null };

export async function findLeft(definition: MachineDefinition, runtime: MachineRuntime): Promise<Left> {
  const record = await readLaunchRecord(runtime);
  const noted = readPidFile(runtime.pid);
  if (noted === null) {
    await clearRuntime(runtime);
    return { kind: 'nothing' };
  }
  const found = await inspectPid(noted.pid);
  const uuid = record?.definition.uuid ?? definition.uuid;
  if (found === null || found.startTicks !== noted.startTicks || !found.commandLine.includes(uuid)) {
    if (record !== null) return { kind: 'died' };
    await clearRuntime(runtime);
    return { kind: 'nothing' };
  }
  const gone = watchPid(noted.pid, noted.startTicks, new AbortController().signal).then(() => null);
  return { kind: 'runs', record, qemu: { ...noted, logStart: 0, gone } };
}
