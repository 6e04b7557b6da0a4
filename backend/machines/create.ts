import { mkdir, realpath, statfs } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../contract/fault.ts';
import type { RequestParsed } from '../contract/requests.ts';
import { type DiskDefinition, placeDisk } from '../devices/disk/definition.ts';
import { checkMemoryFits } from '../devices/memory/definition.ts';
import { demoProblem, ensureDemoImage } from '../guests/demo/image.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { copyImage } from '../storage/copy-file.ts';
import { checkReadable, createImage, inspectImage } from '../storage/images.ts';
import { diskFull } from '../store/atomic-file.ts';
import type { Folders } from '../store/paths.ts';
import { type MachineDefinition, newDefinition } from './definition.ts';
import type { Machine } from './machine.ts';
import type { Machines } from './machines.ts';

const DEFAULTS = {
  demo: { memoryMiB: 512, cpus: 2 },
  custom: { memoryMiB: 2048, cpus: 2 },
} as const;

export interface CreateParts {
  readonly machines: Machines;
  readonly jobs: Jobs;
  readonly folders: Folders;
  readonly imageTool: () => Promise<string>;
}

/** A new machine with all its images, or a Fault and nothing. */
export async function createMachine(
  wish: RequestParsed<'machine.create'>,
  parts: CreateParts,
): Promise<Machine> {
  const { machines, jobs, folders } = parts;
  const demo = wish.demo === true;
  const defaults = demo ? DEFAULTS.demo : DEFAULTS.custom;
  const memoryMiB = wish.memoryMiB ?? Math.min(defaults.memoryMiB, Math.floor(totalmem() / 2 ** 21));
  checkMemoryFits(memoryMiB, totalmem());
  checkCpus(wish.cpus ?? 1);
  if (wish.cdrom !== undefined) await named(['cdrom'], checkReadable(wish.cdrom));
  const definition = newDefinition({
    name: wish.name,
    origin: demo ? 'demo' : 'custom',
    memoryMiB,
    cpus: wish.cpus ?? Math.min(defaults.cpus, cpus().length),
    cdrom: wish.cdrom ?? null,
  });
  const given = await existingDisks(wish, parts);
  return await machines.create(definition, async (staging, final) => {
    let filled: MachineDefinition = definition;
    const add = (disk: GivenDisk & Pick<DiskDefinition, 'bus'>): void => {
      const place = placeDisk(filled.disks, disk.bus);
      filled = { ...filled, disks: [...filled.disks, { ...place, ...disk }] };
    };
    const nextId = (bus: DiskDefinition['bus']): string => placeDisk(filled.disks, bus).id;
    if (demo) {
      const problem = await demoProblem();
      if (problem !== null) {
        throw new Fault({
          code: 'not-supported',
          message: problem,
          remedy: 'Create a machine from an ISO or a disk image instead.',
        });
      }
      const image = await jobs.run(
        { title: 'Preparing the demo machine', machine: definition.id, cancellable: true },
        async (report, signal) => {
          const built = await ensureDemoImage({ cacheFolder: folders.cache, report, signal });
          report('Copying its disk', null);
          await copyImage(built.path, join(staging, 'disks', 'disk0.raw'), signal);
          return built;
        },
      );
      add({
        bus: 'virtio-blk',
        path: join(final, 'disks', 'disk0.raw'),
        format: 'raw',
        readOnly: false,
        sizeBytes: image.sizeBytes,
      });
    }
    for (const disk of wish.disks ?? []) {
      const bus = disk.bus ?? 'virtio-blk';
      if ('path' in disk) {
        const facts = given.get(disk.path);
        if (facts === undefined) throw new Error(`${disk.path} was not looked at`);
        add({ bus, ...facts });
      } else {
        const file = `${nextId(bus)}.qcow2`;
        await checkSpace(staging);
        await createImage(await parts.imageTool(), join(staging, 'disks', file), disk.sizeBytes);
        add({
          bus,
          path: join(final, 'disks', file),
          format: 'qcow2',
          readOnly: false,
          sizeBytes: disk.sizeBytes,
        });
      }
    }
    return filled;
  });
}

type GivenDisk = Pick<DiskDefinition, 'path' | 'format' | 'readOnly' | 'sizeBytes'>;

/** Looks at every image before anything is made. */
async function existingDisks(
  wish: RequestParsed<'machine.create'>,
  parts: CreateParts,
): Promise<Map<string, GivenDisk>> {
  const found = new Map<string, GivenDisk>();
  for (const [index, disk] of (wish.disks ?? []).entries()) {
    if (!('path' in disk)) continue;
    const where = ['disks', index, 'path'];
    const facts = await named(where, inspectImage(await parts.imageTool(), disk.path));
    const readOnly = facts.format === 'iso';
    if (!readOnly) await named(where, checkReadable(disk.path, true));
    // Two links to one image are one image.
    const path = await realpath(disk.path);
    const twice = [...found.values()].some((other) => other.path === path);
    const users = parts.machines.usersOf(path);
    if (twice || (users.length > 0 && !readOnly)) {
      throw new Fault({
        code: 'bad-input',
        message: twice
          ? `${disk.path} is given twice.`
          : `${disk.path} belongs to “${users[0]}” already; two guests writing one image destroy it.`,
        remedy: 'Use another image, or make a copy.',
        path: where,
      });
    }
    found.set(disk.path, { path, format: facts.format, readOnly, sizeBytes: facts.sizeBytes });
  }
  return found;
}

/** Points a fault at the field of the input it comes from. */
async function named<T>(path: (string | number)[], work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Fault({ ...Fault.from(error).toShape(), path }, { cause: error });
  }
}

function checkCpus(count: number): void {
  // More virtual CPUs than a host has only slow the guest down, but they work; far more is a slip of the finger.
  const most = Math.max(8, cpus().length * 4);
  if (count <= most) return;
  throw new Fault({
    code: 'bad-input',
    message: `${count} CPUs are far more than this host’s ${cpus().length}.`,
    remedy: `Give the machine ${cpus().length} or fewer, ${most} at most.`,
    path: ['cpus'],
  });
}

/** A qcow2 header and its tables; an image that cannot even begin is better refused. */
const LEAST_SPACE = 4 * 2 ** 20;

async function checkSpace(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= LEAST_SPACE) return;
  throw diskFull(folder, 'made');
}
