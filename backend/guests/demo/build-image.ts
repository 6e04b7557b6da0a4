import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { Fault } from '../../contract/fault.ts';
import { runProgram } from '../../storage/run-program.ts';
import { Apt, reachable } from './apt.ts';
import { writeBootDisk } from './boot-disk.ts';
import { type ArchiveEntry, cpioArchive } from './cpio.ts';
import { packedKernel, packingOf, unpackedImage } from './kernel-image.ts';
import { type KernelModule, ModuleTree, moduleIndex } from './kernel-modules.ts';
import { recipe } from './recipe.ts';
import type { Report } from './shared-work.ts';

export interface BuildRequest {
  /** An empty folder for everything in between; whoever made it takes it away. */
  readonly folder: string;
  /** The recipe's files: initramfs/ and system/. */
  readonly files: string;
  readonly mke2fs: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Builds the demo machine's disk and gives its path inside `folder`. */
export async function buildDemoImage(request: BuildRequest): Promise<string> {
  const { folder, files, report, signal } = request;
  report('Looking up Debian packages', 0);
  const packages = await fetchPackages(request);
  report('Unpacking the packages', 0.3);
  const unpacked = join(folder, 'unpacked');
  await mkdir(unpacked);
  for (const name of packages) {
    await runProgram('dpkg-deb', ['-x', name, unpacked], { cwd: join(folder, 'packages'), signal });
  }

  report('Choosing drivers', 0.6);
  const kernel = await findKernel(unpacked);
  const busybox = join(unpacked, firstThere(unpacked, ['usr/bin/busybox', 'bin/busybox']));
  const unpackXz: UnpackXz = (packed) => runXz(unpacked, folder, packed, signal);
  const modules = await ModuleTree.open(kernel.modules, unpackXz);
  for (const name of ['virtio_pci', 'virtio_blk', 'ext4', 'qxl']) {
    if (!modules.has(name)) {
      throw new Fault({
        code: 'not-supported',
        message: `The kernel of ${kernel.version} has no driver ${name}.`,
      });
    }
  }
  const applets = (await runProgram(busybox, ['--list'], { signal })).stdout
    .split('\n')
    .filter((name) => !['', 'busybox'].includes(name));

  report('Laying out the system', 0.7);
  const tree = join(folder, 'tree');
  await layOutSystem({ tree, files, unpacked, busybox, applets, signal });
  await writeModules(
    join(tree, 'lib/modules', kernel.version),
    await modules.withDependencies([...recipe.bootModules, ...recipe.modules]),
  );
  await writeFile(join(tree, 'boot/vmlinuz'), await fastKernel(await readFile(kernel.image), unpackXz));
  const initramfs = cpioArchive(
    await initramfsEntries({
      files,
      busybox,
      applets,
      version: kernel.version,
      modules: await modules.withDependencies(recipe.bootModules),
    }),
  );
  await writeFile(join(tree, 'boot/initramfs'), initramfs);

  report('Writing the disk', 0.85);
  const grub = join(unpacked, 'usr/lib/grub/i386-pc');
  const path = join(folder, 'disk.raw');
  await writeBootDisk({
    path,
    bytes: recipe.diskBytes,
    tree,
    label: recipe.label,
    bootSector: await readFile(join(grub, 'boot.img')),
    bootLoader: await makeBootLoader({ grub, unpacked, folder, signal }),
    mke2fs: request.mke2fs,
    signal,
  });
  report('The demo machine is built', 1);
  return path;
}

/** Downloads all that is needed and gives the names of the .deb files in folder/packages. */
async function fetchPackages({ folder, report, signal }: BuildRequest): Promise<readonly string[]> {
  const into = join(folder, 'packages');
  await mkdir(into);
  const apt = new Apt(join(folder, 'apt'), signal);
  const download = async () => {
    const names = await packageNames(apt);
    report('Downloading Debian packages', 0.05);
    await apt.download(names, into);
  };
  try {
    await download();
  } catch (error) {
    const fault = Fault.from(error);
    if (fault.code === 'cancelled' || fault.code === 'no-space') throw fault;
    // The system's package lists are missing, or so old that their files are gone from the archive.
    report('Fetching lists of Debian packages', 0);
    await apt.fetchLists();
    await download();
  }
  return await readdir(into);
}

async function packageNames(apt: Apt): Promise<readonly string[]> {
  let kernelPackage: string | undefined;
  for (const name of recipe.kernelPackages) {
    if (await apt.knows(name)) {
      kernelPackage = name;
      break;
    }
  }
  if (kernelPackage === undefined) {
    throw new Fault({
      code: 'not-supported',
      message: 'apt knows no Linux kernel package for the demo machine.',
      remedy: 'Run `apt-get update` as root, then try again.',
    });
  }
  const graph = await apt.dependencies([kernelPackage, ...recipe.packages]);
  const library = (name: string) => name.startsWith('lib');
  return [
    ...reachable(graph, kernelPackage, (name) => /^linux-(image|modules)-/.test(name)),
    ...recipe.packages,
    ...new Set(recipe.packages.flatMap((name) => reachable(graph, name, library))),
  ];
}

async function findKernel(unpacked: string): Promise<{ version: string; image: string; modules: string }> {
  const image = (await readdir(join(unpacked, 'boot'))).find((name) => name.startsWith('vmlinuz-'));
  if (image === undefined) {
    throw new Fault({ code: 'not-supported', message: 'The Linux kernel package has no kernel in it.' });
  }
  const version = image.slice('vmlinuz-'.length);
  const modules = firstThere(unpacked, [`usr/lib/modules/${version}`, `lib/modules/${version}`]);
  return { version, image: join(unpacked, 'boot', image), modules: join(unpacked, modules) };
}

/** Debian moved everything below /usr, release by release. */
function firstThere(root: string, candidates: readonly string[]): string {
  const found = candidates.find((path) => existsSync(join(root, path)));
  if (found !== undefined) return found;
  throw new Fault({
    code: 'not-supported',
    message: `The Debian packages have no ${candidates.join(' or ')}.`,
  });
}

type UnpackXz = (packed: Uint8Array) => Promise<Uint8Array>;

/** The packages' own xz, with files: what it unpacks may be 60 MB. */
async function runXz(
  unpacked: string,
  folder: string,
  packed: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const file = join(folder, 'packed.xz');
  await writeFile(file, packed);
  await runUnpacked(unpacked, 'usr/bin/xz', ['-d', '-f', file], signal);
  return await readFile(join(folder, 'packed'));
}

/** The kernel without its packing, which saves half of the boot under emulation; as it came when its packing is unknown. */
async function fastKernel(image: Uint8Array, unpackXz: UnpackXz): Promise<Uint8Array> {
  const packed = packedKernel(image);
  if (packed === null) return image;
  switch (packingOf(packed)) {
    case 'xz':
      return unpackedImage(image, await unpackXz(packed));
    case 'zstd':
      return unpackedImage(image, zstdDecompressSync(packed));
    case 'gzip':
      return unpackedImage(image, gunzipSync(packed));
    case 'other':
      return image;
  }
}

interface SystemParts {
  readonly tree: string;
  readonly files: string;
  readonly unpacked: string;
  readonly busybox: string;
  readonly applets: readonly string[];
  readonly signal: AbortSignal;
}

async function layOutSystem({ tree, files, unpacked, busybox, applets, signal }: SystemParts): Promise<void> {
  for (const name of [
    'boot',
    'dev',
    'proc',
    'sys',
    'run',
    'tmp',
    'mnt',
    'root',
    'var',
    'bin',
    'sbin',
    'usr/sbin',
  ]) {
    await mkdir(join(tree, name), { recursive: true });
  }
  await copyRecipeFiles(join(files, 'system'), tree);
  await copyFile(busybox, join(tree, 'bin/busybox'));
  await chmod(join(tree, 'bin/busybox'), 0o755);
  for (const applet of applets) {
    const path = join(tree, 'bin', applet);
    if (!existsSync(path) && !existsSync(join(tree, 'sbin', applet))) await symlink('/bin/busybox', path);
  }
  // Where the kernel, busybox init and qemu-ga look, whatever else is there.
  for (const name of ['init', 'modprobe', 'reboot', 'hwclock'])
    await symlink('/bin/busybox', join(tree, 'sbin', name));
  await symlink('../run/resolv.conf', join(tree, 'etc/resolv.conf'));
  await symlink('../proc/self/mounts', join(tree, 'etc/mtab'));
  await writeFile(join(tree, 'etc/modules'), `${recipe.alwaysLoaded.join(' ')}\n`);
  await copyFile(
    join(unpacked, firstThere(unpacked, ['usr/bin/bash-static', 'bin/bash-static'])),
    join(tree, 'bin/bash'),
  );
  await chmod(join(tree, 'bin/bash'), 0o755);
  await copyProgram({ unpacked, program: 'usr/sbin/qemu-ga', tree, signal });
}

/** Scripts become executable, everything else plain files, whatever modes the checkout or the package gave them. */
async function copyRecipeFiles(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const path = join(to, join(entry.parentPath, entry.name).slice(from.length));
    if (entry.isDirectory()) await chmod(path, 0o755);
    else await chmod(path, (await readFile(path)).subarray(0, 2).toString('latin1') === '#!' ? 0o755 : 0o644);
  }
}

/** Options for the dynamic linker: the packages' libraries, not the host's. */
function librariesFrom(unpacked: string): readonly string[] {
  return [
    '--library-path',
    ['lib', 'usr/lib'].map((folder) => join(unpacked, folder, 'x86_64-linux-gnu')).join(':'),
  ];
}

/** Runs a program out of the unpacked packages with the packages' libraries, whatever the host has installed. */
async function runUnpacked(unpacked: string, program: string, args: readonly string[], signal: AbortSignal) {
  const path = join(unpacked, program);
  await runProgram(dynamicLinker(unpacked), [...librariesFrom(unpacked), path, ...args], { signal });
}

function dynamicLinker(unpacked: string): string {
  const name = 'ld-linux-x86-64.so.2';
  return join(
    unpacked,
    firstThere(unpacked, [
      `usr/lib/x86_64-linux-gnu/${name}`,
      `lib/x86_64-linux-gnu/${name}`,
      `lib64/${name}`,
    ]),
  );
}

/** Copies a program and the libraries that the packages' own dynamic linker finds for it. */
async function copyProgram(parts: { unpacked: string; program: string; tree: string; signal: AbortSignal }) {
  const { unpacked, tree, signal } = parts;
  const program = join(unpacked, firstThere(unpacked, [parts.program, parts.program.replace('sbin', 'bin')]));
  const linker = dynamicLinker(unpacked);
  const { stdout } = await runProgram(linker, [...librariesFrom(unpacked), '--list', program], { signal });
  const libraries = [...stdout.matchAll(/=> (\/\S+) \(0x/g)].map((match) => match[1] ?? '');
  await mkdir(join(tree, 'lib/x86_64-linux-gnu'), { recursive: true });
  await mkdir(join(tree, 'lib64'), { recursive: true });
  for (const path of libraries.filter((path) => path.startsWith(unpacked))) {
    await copyFile(path, join(tree, 'lib/x86_64-linux-gnu', path.slice(path.lastIndexOf('/') + 1)));
  }
  await copyFile(linker, join(tree, 'lib64/ld-linux-x86-64.so.2'));
  await chmod(join(tree, 'lib64/ld-linux-x86-64.so.2'), 0o755);
  const to = join(tree, parts.program);
  await copyFile(program, to);
  await chmod(to, 0o755);
}

async function writeModules(folder: string, modules: readonly KernelModule[]): Promise<void> {
  for (const { path, data } of modules) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), data);
  }
  const { dep, alias } = moduleIndex(modules);
  await writeFile(join(folder, 'modules.dep'), dep);
  await writeFile(join(folder, 'modules.alias'), alias);
}

interface InitramfsParts {
  readonly files: string;
  readonly busybox: string;
  readonly applets: readonly string[];
  readonly version: string;
  readonly modules: readonly KernelModule[];
}

async function initramfsEntries(parts: InitramfsParts): Promise<readonly ArchiveEntry[]> {
  const { files, busybox, applets, version, modules } = parts;
  const moduleFolder = `lib/modules/${version}`;
  const { dep, alias } = moduleIndex(modules);
  const text = (path: string, content: string): ArchiveEntry => ({
    kind: 'file',
    path,
    mode: 0o644,
    data: new TextEncoder().encode(content),
  });
  const content: ArchiveEntry[] = [
    { kind: 'file', path: 'init', mode: 0o755, data: await readFile(join(files, 'initramfs/init')) },
    { kind: 'file', path: 'bin/busybox', mode: 0o755, data: await readFile(busybox) },
    { kind: 'link', path: 'sbin/modprobe', target: '/bin/busybox' },
    // The kernel opens it as the first program's standard input and output.
    { kind: 'character-device', path: 'dev/console', major: 5, minor: 1 },
    ...applets.map((name): ArchiveEntry => ({ kind: 'link', path: `bin/${name}`, target: '/bin/busybox' })),
    text(`${moduleFolder}/modules.dep`, dep),
    text(`${moduleFolder}/modules.alias`, alias),
    ...modules.map(
      ({ path, data }): ArchiveEntry => ({
        kind: 'file',
        path: `${moduleFolder}/${path}`,
        mode: 0o644,
        data,
      }),
    ),
  ];
  const folders = new Set(['proc', 'sys', 'root']);
  for (const { path } of content) {
    for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) folders.add(parent);
  }
  return [...[...folders].sort().map((path): ArchiveEntry => ({ kind: 'folder', path })), ...content];
}

/** GRUB's core with the modules it needs and its one menu entry inside. */
async function makeBootLoader(parts: {
  grub: string;
  unpacked: string;
  folder: string;
  signal: AbortSignal;
}) {
  const { grub, unpacked, folder, signal } = parts;
  const configuration = join(folder, 'grub.cfg');
  // No menu, no output: each character on a serial line costs time.
  await writeFile(
    configuration,
    `linux /boot/vmlinuz ${recipe.kernelCommandLine}\ninitrd /boot/initramfs\nboot\n`,
  );
  const output = join(folder, 'core.img');
  // A prefix without a disk is taken on the disk that GRUB was started from.
  const prefix = '(,msdos1)/boot/grub';
  await runUnpacked(
    unpacked,
    'usr/bin/grub-mkimage',
    ['-O', 'i386-pc', '-d', grub, '-c', configuration, '-p', prefix, '-o', output, ...recipe.grubModules],
    signal,
  );
  return await readFile(output);
}
