import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeBootDisk } from '../../backend/guests/demo/boot-disk.ts';
import { gradient, photo } from '../conformance/picture.ts';
import { run } from '../fixtures/run.ts';
import { portablePixmap } from './portable-pixmap.ts';

/** What the desktop guest is made of: Xorg on QXL with a window manager, SPICE's agent and programs that draw. Any change makes a new image. */
const recipe = {
  /** Raised by hand when the way the image is put together changes. */
  version: 2,
  suite: 'bookworm',
  packages: [
    ...['linux-image-amd64', 'systemd-sysv', 'udev', 'kmod', 'dbus', 'qemu-guest-agent', 'spice-vdagent'],
    ...['xserver-xorg-core', 'xserver-xorg-video-qxl', 'xserver-xorg-input-libinput', 'xinit', 'openbox'],
    ...['xterm', 'xfonts-base', 'x11-xserver-utils', 'x11-apps', 'x11-utils', 'xdotool', 'xclip', 'feh'],
    ...['gstreamer1.0-tools', 'gstreamer1.0-plugins-base', 'gstreamer1.0-x', 'grub-pc-bin', 'grub-common'],
  ],
  diskBytes: 3 * 1024 ** 3,
  label: 'desktop',
  kernelCommandLine: 'root=/dev/vda1 rw quiet console=tty0 net.ifnames=0 panic=5',
  grubModules: ['biosdisk', 'part_msdos', 'ext2', 'linux', 'normal'],
  files: {
    'etc/fstab': '/dev/vda1 / ext4 defaults 0 1\n',
    'etc/hostname': 'desktop\n',
    'etc/initramfs-tools/conf.d/small': 'MODULES=list\nCOMPRESS=lz4\n',
    'etc/initramfs-tools/modules': 'virtio_pci\nvirtio_blk\next4\n',
    // The agent's daemon asks logind which session is active; here there is one, and no logind seat.
    'etc/default/spice-vdagentd': 'SPICE_VDAGENTD_EXTRA_ARGS="-X"\n',
    'etc/systemd/system/desktop.service': [
      '[Unit]',
      'Description=The desktop that is drawn for the viewer',
      'After=systemd-udev-settle.service',
      'Wants=systemd-udev-settle.service',
      '[Service]',
      'Environment=HOME=/root',
      'ExecStart=/usr/bin/xinit /root/session -- /usr/bin/Xorg :0 vt7 -nolisten tcp -s 0 -dpms',
      'Restart=on-failure',
      '[Install]',
      'WantedBy=multi-user.target',
      '',
    ].join('\n'),
    // The size that a viewer's window asks for becomes the first of the kernel's modes. Large desktops set it by themselves.
    // Not run by udev itself: Xorg hears of the change only when udev is through with it.
    'etc/udev/rules.d/80-follow-window.rules':
      'ACTION=="change", SUBSYSTEM=="drm", ENV{HOTPLUG}=="1", RUN+="/usr/bin/systemd-run --no-block --collect /usr/local/bin/follow-window"\n',
    // More than once: Xorg may not have read the new mode yet.
    'usr/local/bin/follow-window': [
      '#!/bin/sh',
      'for turn in 1 2 3; do',
      '  xrandr --display :0 --output Virtual-1 --auto',
      '  sleep 0.3',
      'done',
      '',
    ].join('\n'),
    // Nothing may blink or move by itself: the pictures are compared at rest.
    'root/session': [
      '#!/bin/sh',
      'xset s off',
      "xsetroot -solid '#305070'",
      'openbox &',
      'mkdir -p /run/spice-vdagentd',
      'spice-vdagent -x &',
      'touch /run/desktop-is-up',
      '[ -e /dev/virtio-ports/org.innkeeper.ready.0 ] && echo ready > /dev/virtio-ports/org.innkeeper.ready.0',
      'exec sleep infinity',
      '',
    ].join('\n'),
  },
} as const;

export interface DesktopImage {
  /** Raw; a BIOS boots it. */
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
}

/** Why there is none in that cache and it cannot be built here, or null. */
export async function desktopProblem(cacheFolder: string): Promise<string | null> {
  if (existsSync(imageFolder(cacheFolder))) return null;
  if (process.getuid?.() !== 0)
    return 'building the desktop guest takes root (mmdebstrap unpacks packages as their owners)';
  for (const program of ['mmdebstrap', 'mke2fs']) {
    const { code } = await run('sh', ['-c', `command -v ${program}`]);
    if (code !== 0) return `building the desktop guest takes ${program}, which is not installed`;
  }
  return null;
}

function imageFolder(cacheFolder: string): string {
  const key = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
  return join(cacheFolder, 'desktop-guest', key);
}

/** Builds the guest from Debian's packages the first time (some minutes), else answers what is in the cache. Throws an Error that says why not. */
export async function ensureDesktopImage(cacheFolder: string): Promise<DesktopImage> {
  const folder = imageFolder(cacheFolder);
  const image = {
    disk: join(folder, 'disk.raw'),
    kernel: join(folder, 'kernel'),
    initrd: join(folder, 'initrd'),
    commandLine: recipe.kernelCommandLine,
  };
  if (existsSync(folder)) return image;
  const why = await desktopProblem(cacheFolder);
  if (why !== null) throw new Error(why);
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(join(dirname(folder), 'building-'));
  try {
    const root = join(work, 'root');
    await must('mmdebstrap', [
      ...['--variant=minbase', '--mode=root', '--format=directory', '--aptopt=Acquire::Languages "none"'],
      ...[`--include=${recipe.packages.join(',')}`, '--dpkgopt=path-exclude=/usr/share/doc/*'],
      ...['--dpkgopt=path-exclude=/usr/share/locale/*', recipe.suite, root],
    ]);
    await addFiles(root);
    await must('chroot', [root, 'update-initramfs', '-u']);
    // A cache of fonts holds for the very time of its folder, and mke2fs drops the part below a second: the window manager would
    // look into every font again, for minutes.
    await must('chroot', [
      root,
      'sh',
      '-c',
      'find /usr/share/fonts -type d -exec touch -d @0 {} + && fc-cache -f',
    ]);
    const boot = await readdir(join(root, 'boot'));
    await copyFile(join(root, 'boot', named(boot, 'vmlinuz-')), join(work, 'kernel'));
    await copyFile(join(root, 'boot', named(boot, 'initrd.img-')), join(work, 'initrd'));
    await writeBootDisk({
      path: join(work, 'disk.raw'),
      bytes: recipe.diskBytes,
      tree: root,
      label: recipe.label,
      bootSector: await readFile(join(root, 'usr/lib/grub/i386-pc/boot.img')),
      bootLoader: await bootLoader(root),
      mke2fs: 'mke2fs',
      signal: new AbortController().signal,
    });
    await rm(root, { recursive: true });
    await rename(work, folder).catch(async (error: unknown) => {
      // Another process was first.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return image;
}

async function addFiles(root: string): Promise<void> {
  for (const [path, text] of Object.entries(recipe.files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await writeFile(join(root, 'root/photo.ppm'), portablePixmap(640, 480, photo(640, 480)));
  await writeFile(join(root, 'root/gradient.ppm'), portablePixmap(512, 384, gradient(512, 384)));
  for (const path of ['root/session', 'usr/local/bin/follow-window']) await chmod(join(root, path), 0o755);
  const wants = join(root, 'etc/systemd/system/multi-user.target.wants');
  await mkdir(wants, { recursive: true });
  await symlink('/etc/systemd/system/desktop.service', join(wants, 'desktop.service'));
}

/** GRUB's core with the modules it needs and its one entry inside; takes the guest's own kernel. */
async function bootLoader(root: string): Promise<Uint8Array> {
  await writeFile(
    join(root, 'tmp/grub.cfg'),
    `linux /vmlinuz ${recipe.kernelCommandLine}\ninitrd /initrd.img\nboot\n`,
  );
  await must('chroot', [
    ...[root, 'grub-mkimage', '-O', 'i386-pc', '-c', '/tmp/grub.cfg', '-p', '(,msdos1)/boot/grub'],
    ...['-o', '/tmp/core.img', ...recipe.grubModules],
  ]);
  return await readFile(join(root, 'tmp/core.img'));
}

function named(names: readonly string[], prefix: string): string {
  const found = names.find((name) => name.startsWith(prefix));
  if (found === undefined) throw new Error(`the desktop guest came without ${prefix}*`);
  return found;
}

async function must(program: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(program, args, { timeoutMs: 900_000 });
  if (code !== 0) throw new Error(`${program} failed (${code}): ${stderr.slice(-2000)}`);
}
