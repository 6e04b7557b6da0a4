// Programs that come from the system's own packages: QEMU with SPICE, and for the tests a browser and a display.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser, findProgram } from './places.mjs';
import { run, SetupProblem } from './step.mjs';

/**
 * What is needed, how to see that it is there, and the packages that bring it: `debian` stands for Ubuntu and relatives too.
 * `for: 'test'` is needed by `npm test` only.
 */
const needs = [
  {
    what: 'QEMU for x86 machines',
    isThere: () => findProgram('qemu-system-x86_64') !== null,
    packages: {
      debian: [
        'qemu-system-x86',
        'qemu-system-gui',
        'seabios',
        'ovmf',
        'ipxe-qemu',
        'qemu-system-modules-spice',
      ],
      fedora: ['qemu-system-x86-core', 'seabios-bin', 'edk2-ovmf', 'ipxe-roms-qemu'],
      arch: ['qemu-system-x86', 'edk2-ovmf'],
      suse: ['qemu-x86', 'qemu-ovmf-x86_64'],
    },
  },
  {
    what: "QEMU's QXL display and SPICE",
    isThere: hasQxl,
    packages: {
      debian: ['qemu-system-modules-spice', 'qemu-system-gui'],
      fedora: ['qemu-device-display-qxl', 'qemu-ui-spice-core', 'qemu-char-spice'],
      arch: ['qemu-hw-display-qxl', 'qemu-ui-spice-core', 'qemu-chardev-spice'],
      suse: ['qemu-hw-display-qxl', 'qemu-ui-spice-core', 'qemu-chardev-spice'],
    },
  },
  {
    what: 'qemu-img',
    isThere: () => findProgram('qemu-img') !== null,
    packages: { debian: ['qemu-utils'], fedora: ['qemu-img'], arch: ['qemu-img'], suse: ['qemu-tools'] },
  },
  {
    what: 'mke2fs',
    isThere: () => findProgram('mke2fs') !== null,
    packages: { debian: ['e2fsprogs'], fedora: ['e2fsprogs'], arch: ['e2fsprogs'], suse: ['e2fsprogs'] },
  },
  {
    what: 'a Chromium browser',
    for: 'test',
    isThere: () => findBrowser() !== null,
    packages: { debian: ['chromium'], fedora: ['chromium'], arch: ['chromium'], suse: ['chromium'] },
  },
  {
    what: 'Xvfb',
    for: 'test',
    isThere: () => findProgram('Xvfb') !== null,
    packages: {
      debian: ['xvfb'],
      fedora: ['xorg-x11-server-Xvfb'],
      arch: ['xorg-server-xvfb'],
      suse: ['xorg-x11-server-Xvfb'],
    },
  },
  {
    // The desktop guest is built only where packages can be unpacked as their owners; elsewhere its journey says so.
    what: 'mmdebstrap',
    for: 'test',
    isThere: () =>
      process.getuid?.() !== 0 || distributionFamily() !== 'debian' || findProgram('mmdebstrap') !== null,
    packages: { debian: ['mmdebstrap'], fedora: [], arch: [], suse: [] },
  },
];

const installCommands = {
  debian: ['apt-get', 'install', '-y', '--no-install-recommends'],
  fedora: ['dnf', 'install', '-y'],
  arch: ['pacman', '-S', '--needed', '--noconfirm'],
  suse: ['zypper', 'install', '-y'],
};

/** The needs that are not met, for `purpose` 'run' or 'test'. */
export async function missingNeeds(purpose) {
  const missing = [];
  for (const need of needs) {
    if ((need.for === undefined || need.for === purpose) && !(await need.isThere())) missing.push(need);
  }
  return missing;
}

/** Installs what is missing where that can be done without asking; else throws with the one command to run. */
export async function installSystemPackages(missing, say) {
  const family = distributionFamily();
  const names = missing.map(({ what }) => what).join(', ');
  if (family === null) {
    throw new SetupProblem(
      `Missing on this computer: ${names}. Install ${packagesOf(missing, 'debian').join(' ')} (Debian's names) with its package tool, then try again.`,
    );
  }
  let packages = packagesOf(missing, family);
  const prefix = await privilege();
  if (family === 'debian' && (prefix !== null || !listsAreOld())) {
    if (prefix !== null && listsAreOld()) {
      say("fetching the lists of the distribution's packages");
      await runInstaller([...prefix, 'apt-get', 'update', '-q'], packages, prefix);
    }
    packages = await knownToApt(packages);
  }
  const command = [...installCommands[family], ...packages];
  if (prefix === null || family !== 'debian') {
    const update = family === 'debian' && listsAreOld() ? 'sudo apt-get update && ' : '';
    const asRoot = process.getuid?.() === 0 ? '' : 'sudo ';
    throw new SetupProblem(
      `Missing on this computer: ${names}. Install with this command, then try again:\n\n  ${update}${asRoot}${command.join(' ')}\n`,
    );
  }
  say(`installing ${packages.join(' ')}`);
  await runInstaller([...prefix, ...command], packages, prefix);
  const still = [];
  for (const need of missing) if (!(await need.isThere())) still.push(need.what);
  if (still.length > 0) {
    throw new SetupProblem(
      `${packages.join(' ')} are installed, but this is still missing: ${still.join(', ')}.`,
    );
  }
}

async function runInstaller(command, packages, prefix) {
  const [program, ...args] = command;
  const { code, output } = await run(program, args, { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  if (code === 0) return;
  const shown = [...prefix, ...installCommands.debian, ...packages].join(' ');
  throw new SetupProblem(
    `${command.join(' ')} failed:\n${output.trim().slice(-2000)}\n\nWhat is needed: ${shown}`,
  );
}

function packagesOf(missing, family) {
  return [...new Set(missing.flatMap((need) => need.packages[family]))];
}

/** Leaves out what this release does not have, such as qemu-system-modules-spice on Debian 12 (built in there). */
async function knownToApt(packages) {
  const known = [];
  for (const name of packages) {
    const { output } = await run('apt-cache', ['policy', name]);
    if (/Candidate: (?!\(none\))/.test(output)) known.push(name);
  }
  return known;
}

/** [] as root, ['sudo', '-n'] where that works without a password, else null. */
async function privilege() {
  if (process.getuid?.() === 0) return [];
  const { code } = await run('sudo', ['-n', 'true']);
  return code === 0 ? ['sudo', '-n', 'DEBIAN_FRONTEND=noninteractive'] : null;
}

/** Old is more than a day: packages it names may be gone from the archive. */
function listsAreOld() {
  const folder = '/var/lib/apt/lists';
  if (!existsSync(folder)) return true;
  const lists = readdirSync(folder).filter((name) => name.includes('_Packages'));
  if (lists.length === 0) return true;
  // The folder changes with every `apt-get update`, its files keep the archive's dates.
  const newest = Math.max(
    statSync(folder).mtimeMs,
    statSync(join(folder, 'partial'), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return Date.now() - newest > 24 * 60 * 60 * 1000;
}

/** QEMU is there without QXL where the distribution keeps it in a package of its own. */
async function hasQxl() {
  const qemu = findProgram('qemu-system-x86_64');
  if (qemu === null) return false;
  const { output } = await run(qemu, ['-device', 'help'], { timeoutMs: 20_000 });
  return output.includes('"qxl-vga"');
}

/** 'debian', 'fedora', 'arch', 'suse' or null, by /etc/os-release (os-release(5): ID, then ID_LIKE). */
export function distributionFamily(file = '/etc/os-release') {
  if (!existsSync(file)) return null;
  const text = readFileSync(file, 'utf8');
  const value = (key) => new RegExp(`^${key}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1] ?? '';
  const families = { debian: /debian|ubuntu/, fedora: /fedora|rhel|centos/, arch: /arch/, suse: /suse/ };
  for (const words of [value('ID'), value('ID_LIKE')]) {
    for (const [family, pattern] of Object.entries(families)) if (pattern.test(words)) return family;
  }
  return null;
}
