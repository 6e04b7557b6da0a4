import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { fileFault, writeFileAtomically } from '../store/atomic-file.ts';
import { type KvmState, type QemuCapabilities, qemuFeatures } from './capabilities.ts';
import type { QemuBinary } from './find.ts';
import { kvmObstacle, readKvmHost, tryKvm } from './kvm.ts';
import { probeFeatures } from './probe-features.ts';

/** Raise it when qemuFeatures or the way of probing changes: older cache files are rebuilt. */
const PROBE_SCHEMA = 1;

const cacheFile = z.object({
  schema: z.literal(PROBE_SCHEMA),
  identity: z.string(),
  features: qemuFeatures,
  kvmTrial: z
    .object({
      bootId: z.string(),
      state: z.object({
        usable: z.boolean(),
        reason: z.string().nullable(),
        remedy: z.string().nullable(),
      }),
    })
    .nullable(),
});
type CacheFile = z.infer<typeof cacheFile>;

/**
 * What this QEMU offers and whether KVM runs a guest here. Kept in the cache folder by the binary's identity, the KVM
 * trial also by the boot; /dev/kvm and the processor are looked at each time. Throws Fault `qemu-exited` when the binary
 * does not answer.
 */
export async function probeQemu(
  binary: QemuBinary,
  options: { readonly cacheFolder: string },
): Promise<QemuCapabilities> {
  const real = await realpath(binary.path).catch((error: unknown) => {
    throw fileFault(error, binary.path, 'read');
  });
  const [identity, bootId, host] = await Promise.all([
    identityOf(real),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').then((text) => text.trim()),
    readKvmHost(),
  ]);
  const folder = join(options.cacheFolder, 'qemu-probe');
  const path = join(folder, `${createHash('sha256').update(real).digest('hex').slice(0, 16)}.json`);
  const cached = await readCache(path, identity);
  const knownTrial = cached?.kvmTrial?.bootId === bootId ? cached.kvmTrial : null;

  const obstacle = kvmObstacle(host);
  const needTrial = obstacle === null && knownTrial === null;
  const [features, trial] = await Promise.all([
    cached?.features ?? probeFeatures(binary.path),
    needTrial ? tryKvm(binary.path) : null,
  ]);
  const kvmTrial = trial?.lasting === true ? { bootId, state: trial.state } : knownTrial;
  if (cached === null || kvmTrial !== knownTrial) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file: CacheFile = { schema: PROBE_SCHEMA, identity, features, kvmTrial };
    await writeFileAtomically(path, JSON.stringify(file));
  }
  return { ...features, kvm: kvmState(features.accelerators, obstacle, trial?.state ?? knownTrial?.state) };
}

function kvmState(
  accelerators: readonly string[],
  obstacle: KvmState | null,
  tried: KvmState | undefined,
): KvmState {
  if (!accelerators.includes('kvm')) {
    return {
      usable: false,
      reason: 'This QEMU was built without KVM.',
      remedy: "Install the distribution's own QEMU (Debian and Ubuntu: apt install qemu-system-x86).",
    };
  }
  const state = obstacle ?? tried;
  if (state === undefined) throw new Error('without an obstacle there is a trial');
  return state;
}

/** A cache that is not there, is of another binary or does not parse counts as none and is written again. */
async function readCache(path: string, identity: string): Promise<CacheFile | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const parsed = cacheFile.safeParse(parseJson(text));
  return parsed.success && parsed.data.identity === identity ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Changes when the binary is replaced, and when a module package (SPICE, QXL) comes or goes beside it. */
async function identityOf(real: string): Promise<string> {
  const prefix = dirname(dirname(real));
  const moduleFolders = [
    join(prefix, 'lib', 'qemu'),
    join(prefix, 'lib64', 'qemu'),
    join(prefix, 'lib', 'x86_64-linux-gnu', 'qemu'),
  ];
  const [binary, ...modules] = await Promise.all([
    stat(real, { bigint: true }),
    ...moduleFolders.map((folder) =>
      stat(folder, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
        throw error;
      }),
    ),
  ]);
  const parts = [
    real,
    binary.size,
    binary.mtimeNs,
    binary.ino,
    ...modules.map((folder) => folder?.mtimeNs ?? 0),
  ];
  return parts.join('|');
}
