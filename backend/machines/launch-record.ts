import { rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { Fault } from '../contract/fault.ts';
import { readJsonFile } from '../store/atomic-file.ts';
import type { MachineRuntime } from '../store/paths.ts';
import { machineDefinition } from './definition.ts';

/** What was launched, in the runtime folder beside the pid file: a later back end takes over exactly that process. */
const launchRecord = z.object({
  startedAt: z.number(),
  accelerator: z.enum(['kvm', 'tcg']),
  acceleratorReason: z.string().nullable(),
  // Only shown: a word that another version wrote here must not cost the guest.
  clockSource: z.enum(['kvm-clock', 'hpet']).catch('hpet'),
  adapter: z.enum(['qxl-vga', 'virtio-vga', 'VGA']),
  spice: z.boolean(),
  /** The definition as it was started. */
  definition: machineDefinition,
});
export type LaunchRecord = z.infer<typeof launchRecord>;

/** Not synced: the runtime folder does not outlive the computer's uptime, and neither do guests. */
export async function writeLaunchRecord(runtime: MachineRuntime, record: LaunchRecord): Promise<void> {
  const temporary = `${runtime.launch}.part`;
  await writeFile(temporary, JSON.stringify(record), { mode: 0o600 });
  await rename(temporary, runtime.launch);
}

/** The record, or null where there is none that can be read: one bad file must not keep all other machines away. */
export async function readLaunchRecord(runtime: MachineRuntime): Promise<LaunchRecord | null> {
  let value: unknown;
  try {
    value = await readJsonFile(runtime.launch);
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
  const parsed = launchRecord.safeParse(value);
  return parsed.success ? parsed.data : null;
}

export async function clearRuntime(runtime: MachineRuntime): Promise<void> {
  await rm(runtime.folder, { recursive: true, force: true });
}
