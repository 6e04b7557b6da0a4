import { z } from 'zod';

/** What one QEMU binary offers. Kept in the cache: change PROBE_SCHEMA in probe.ts with any change here. */
export const qemuFeatures = z.object({
  /** 'MAJOR.MINOR.MICRO' */
  version: z.string(),
  /** The distributor's name for it, mostly 'Debian 1:7.2+…'; may be empty. */
  package: z.string(),
  machineTypes: z.array(
    z.object({
      name: z.string(),
      alias: z.string().nullable(),
      isDefault: z.boolean(),
      maxCpus: z.number(),
      deprecated: z.boolean(),
    }),
  ),
  /** As -accel takes them, for example 'kvm' and 'tcg'. Compiled in; whether KVM works is another question. */
  accelerators: z.array(z.string()),
  cpuModels: z.array(z.string()),
  /** Every device type that -device may take, sorted. */
  devices: z.array(z.string()),
  /** Every -object type, sorted. */
  objects: z.array(z.string()),
  chardevs: z.array(z.string()),
  /** QMP commands it knows, sorted. */
  commands: z.array(z.string()),
  hasSpice: z.boolean(),
  hasQxl: z.boolean(),
  /** Whether `-sandbox on,…` works here: compiled in, and the kernel lets it. */
  sandbox: z.boolean(),
});
export type QemuFeatures = z.infer<typeof qemuFeatures>;

/** Whether KVM really runs a guest here; `reason` and `remedy` are for people. */
export interface KvmState {
  readonly usable: boolean;
  readonly reason: string | null;
  readonly remedy: string | null;
}

export interface QemuCapabilities extends QemuFeatures {
  readonly kvm: KvmState;
}
