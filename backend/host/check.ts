import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { Fault } from '../contract/fault.ts';
import type { Finding, HostReport } from '../contract/host.ts';
import { demoProblem } from '../guests/demo/image.ts';
import type { QemuCapabilities } from '../qemu/capabilities.ts';
import type { Folders } from '../store/paths.ts';
import { availableMemory } from './memory.ts';

/** Devices a guest gets from us, with the package-independent name to tell a person. */
const NEEDED = [
  'virtio-blk-pci',
  'virtio-scsi-pci',
  'virtio-net-pci',
  'virtio-balloon-pci',
  'virtio-serial-pci',
  'virtio-rng-pci',
  'pcie-root-port',
  'qemu-xhci',
  'usb-tablet',
  'ide-cd',
  'vmxnet3',
  'pvscsi',
] as const;
/** The oldest QEMU we are made for. */
const OLDEST = [7, 2] as const;
const LITTLE_DISK = 2 * 2 ** 30;
const LITTLE_MEMORY = 1 * 2 ** 30;

export interface CheckParts {
  readonly folders: Folders;
  readonly qemu: {
    get(
      fresh?: boolean,
    ): Promise<{ binary: { path: string; imagePath: string | null }; capabilities: QemuCapabilities }>;
  };
  readonly fresh: boolean;
}

/** What this host can do for guests, each finding with its remedy. Never throws for what it can report. */
export async function checkHost({ folders, qemu, fresh }: CheckParts): Promise<HostReport> {
  const found = await qemu.get(fresh).catch((error: unknown) => Fault.from(error));
  const capabilities = found instanceof Fault ? null : found.capabilities;
  const findings: Finding[] = [
    ...(found instanceof Fault ? [qemuMissing(found)] : [qemuFinding(found)]),
    ...(capabilities === null
      ? []
      : [accelerator(capabilities), screen(capabilities), devices(capabilities), sandbox(capabilities)]),
    await memory(),
    await disk(folders.data),
    await permissions(folders),
    await demo(),
  ];
  return {
    findings,
    versions: [
      { name: 'QEMU', version: capabilities === null ? 'not found' : versionText(capabilities) },
      { name: 'Node', version: process.versions.node },
      ...(process.versions.electron === undefined
        ? []
        : [{ name: 'Electron', version: process.versions.electron }]),
      { name: 'Linux', version: release() },
    ],
    accelerator: capabilities === null ? 'none' : capabilities.kvm.usable ? 'kvm' : 'tcg',
    acceleratorReason: capabilities?.kvm.reason ?? null,
    spice: capabilities?.hasSpice ?? false,
    memoryTotalBytes: totalmem(),
    cpus: cpus().length,
    folders: { ...folders },
  };
}

function qemuMissing(fault: Fault): Finding {
  return { id: 'qemu', level: 'problem', title: 'QEMU', text: fault.message, remedy: fault.remedy ?? null };
}

function qemuFinding(found: {
  binary: { path: string; imagePath: string | null };
  capabilities: QemuCapabilities;
}): Finding {
  const { binary, capabilities } = found;
  const [major = 0, minor = 0] = capabilities.version.split('.').map(Number);
  const old = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  if (old) {
    return {
      id: 'qemu',
      level: 'problem',
      title: 'QEMU',
      text: `${binary.path} is version ${capabilities.version}; Innkeeper needs ${OLDEST.join('.')} or newer.`,
      remedy: 'Update QEMU, or set INNKEEPER_QEMU to a newer one.',
    };
  }
  if (binary.imagePath === null) {
    return {
      id: 'qemu',
      level: 'problem',
      title: 'QEMU',
      text: `${versionText(capabilities)} is here, but qemu-img is not: disk images cannot be read or made.`,
      remedy: 'Install it.\napt install qemu-utils',
    };
  }
  return {
    id: 'qemu',
    level: 'ok',
    title: 'QEMU',
    text: `${versionText(capabilities)} at ${binary.path}.`,
    remedy: null,
  };
}

function versionText({ version, package: packageName }: QemuCapabilities): string {
  return packageName === '' ? `QEMU ${version}` : `QEMU ${version} (${packageName})`;
}

function accelerator({ kvm }: QemuCapabilities): Finding {
  return kvm.usable
    ? {
        id: 'accelerator',
        level: 'ok',
        title: 'Acceleration',
        text: 'KVM runs guests at full speed here.',
        remedy: null,
      }
    : {
        id: 'accelerator',
        level: 'warning',
        title: 'Acceleration',
        text: `Guests run under software emulation (TCG), about ten times slower. ${kvm.reason ?? ''}`.trim(),
        remedy: kvm.remedy,
      };
}

function screen({ hasSpice, hasQxl }: QemuCapabilities): Finding {
  const missing = [...(hasSpice ? [] : ['SPICE']), ...(hasQxl ? [] : ['QXL'])];
  return missing.length === 0
    ? {
        id: 'spice',
        level: 'ok',
        title: 'Screen',
        text: 'This QEMU has SPICE and the QXL adapter.',
        remedy: null,
      }
    : {
        id: 'spice',
        level: 'problem',
        title: 'Screen',
        text: `This QEMU lacks ${missing.join(' and ')}, so guests’ screens cannot be shown live.`,
        remedy:
          'Install the modules (Debian 12: qemu-system-gui; Debian 13 and Ubuntu below).\napt install qemu-system-modules-spice',
      };
}

function devices({ devices: present }: QemuCapabilities): Finding {
  const missing = NEEDED.filter((name) => !present.includes(name));
  return missing.length === 0
    ? {
        id: 'devices',
        level: 'ok',
        title: 'Devices',
        text: 'Every paravirtualized device is built into this QEMU.',
        remedy: null,
      }
    : {
        id: 'devices',
        level: 'problem',
        title: 'Devices',
        text: `This QEMU was built without ${missing.join(', ')}.`,
        remedy: 'Install the full package.\napt install qemu-system-x86',
      };
}

function sandbox({ sandbox: works }: QemuCapabilities): Finding {
  return works
    ? {
        id: 'sandbox',
        level: 'ok',
        title: 'Sandbox',
        text: 'QEMU runs in its seccomp sandbox.',
        remedy: null,
      }
    : {
        id: 'sandbox',
        level: 'warning',
        title: 'Sandbox',
        text: 'QEMU’s seccomp sandbox does not work here: a guest that breaks out of QEMU could start programs as you.',
        remedy: 'Use a QEMU built with seccomp and a kernel that has it.',
      };
}

async function memory(): Promise<Finding> {
  const available = await availableMemory();
  const text = `${gib(available)} of ${gib(totalmem())} GiB are free for guests.`;
  return available >= LITTLE_MEMORY
    ? { id: 'memory', level: 'ok', title: 'Memory', text, remedy: null }
    : {
        id: 'memory',
        level: 'warning',
        title: 'Memory',
        text,
        remedy: 'Shut down a machine, lower its balloon, or close programs.',
      };
}

async function disk(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const text = `${gib(bavail * bsize)} GiB are free in ${folder}.`;
  return bavail * bsize >= LITTLE_DISK
    ? { id: 'disk', level: 'ok', title: 'Disk space', text, remedy: null }
    : {
        id: 'disk',
        level: bavail * bsize < LITTLE_DISK / 8 ? 'problem' : 'warning',
        title: 'Disk space',
        text,
        remedy:
          'Free some space, or move the data folder to a larger disk and set INNKEEPER_HOME. A guest whose disk cannot grow is halted until there is space.',
      };
}

async function permissions(folders: Folders): Promise<Finding> {
  const closed: string[] = [];
  for (const folder of Object.values(folders) as string[]) {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK).catch(() => closed.push(folder));
  }
  return closed.length === 0
    ? {
        id: 'permissions',
        level: 'ok',
        title: 'Folders',
        text: 'Innkeeper’s folders are yours and writable.',
        remedy: null,
      }
    : {
        id: 'permissions',
        level: 'problem',
        title: 'Folders',
        text: `You cannot write to ${closed.join(', ')}.`,
        remedy: `Take them back.\nsudo chown -R "$USER" ${closed.map((folder) => `'${folder}'`).join(' ')}`,
      };
}

async function demo(): Promise<Finding> {
  const problem = await demoProblem();
  return problem === null
    ? {
        id: 'demo',
        level: 'ok',
        title: 'Demo machine',
        text: 'It can be built here from the distribution’s packages.',
        remedy: null,
      }
    : {
        id: 'demo',
        level: 'note',
        title: 'Demo machine',
        text: problem,
        remedy: 'Create a machine from an ISO or a disk image instead.',
      };
}

function gib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
