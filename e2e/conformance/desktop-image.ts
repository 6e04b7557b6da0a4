import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../fixtures/run.ts';

/** What the desktop guest is made of: Xorg on QXL with a window manager and programs that draw. Any change makes a new image. */
const recipe = {
  suite: 'bookworm',
  packages: [
    ...['linux-image-amd64', 'systemd-sysv', 'udev', 'kmod', 'qemu-guest-agent'],
    ...['xserver-xorg-core', 'xserver-xorg-video-qxl', 'xserver-xorg-input-libinput', 'xinit', 'openbox'],
    ...['xterm', 'xfonts-base', 'x11-xserver-utils', 'x11-apps', 'xdotool'],
  ],
  diskSize: '3G',
  files: {
    'etc/fstab': '/dev/vda / ext4 defaults 0 1\n',
    'etc/hostname': 'desktop\n',
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
    // Nothing may blink or move by itself: the pictures are compared at rest.
    'root/session': [
      '#!/bin/sh',
      'xset s off',
      "xsetroot -solid '#305070'",
      'openbox &',
      'touch /run/desktop-is-up',
      'exec sleep infinity',
      '',
    ].join('\n'),
  },
} as const;

export interface DesktopImage {
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
}

/** Why it cannot be built here, or null. */
async function problem(): Promise<string | null> {
  if (process.getuid?.() !== 0)
    return 'building the desktop guest takes root (mmdebstrap unpacks packages as their owners)';
  for (const program of ['mmdebstrap', 'mke2fs']) {
    const { code } = await run('sh', ['-c', `command -v ${program}`]);
    if (code !== 0) return `building the desktop guest takes ${program}, which is not installed`;
  }
  return null;
}

/** Builds the guest from Debian's packages the first time (some minutes), else answers what is in the cache. Throws an Error that says why not. */
export async function ensureDesktopImage(cacheFolder: string): Promise<DesktopImage> {
  const key = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
  const folder = join(cacheFolder, 'desktop-machine', key);
  const image = {
    disk: join(folder, 'disk.raw'),
    kernel: join(folder, 'kernel'),
    initrd: join(folder, 'initrd'),
  };
  if (existsSync(folder)) return image;
  const why = await problem();
  if (why !== null) throw new Error(why);
  await mkdir(join(cacheFolder, 'desktop-machine'), { recursive: true });
  const work = await mkdtemp(join(cacheFolder, 'desktop-machine', 'building-'));
  try {
    const root = join(work, 'root');
    await must('mmdebstrap', [
      ...['--variant=minbase', '--mode=root', '--format=directory', '--aptopt=Acquire::Languages "none"'],
      ...[`--include=${recipe.packages.join(',')}`, '--dpkgopt=path-exclude=/usr/share/doc/*'],
      ...['--dpkgopt=path-exclude=/usr/share/locale/*', recipe.suite, root],
    ]);
    for (const [path, text] of Object.entries(recipe.files)) await writeFile(join(root, path), text);
    await chmod(join(root, 'root/session'), 0o755);
    const wants = join(root, 'etc/systemd/system/multi-user.target.wants');
    await mkdir(wants, { recursive: true });
    await symlink('/etc/systemd/system/desktop.service', join(wants, 'desktop.service'));
    const boot = await readdir(join(root, 'boot'));
    await copyFile(join(root, 'boot', named(boot, 'vmlinuz-')), join(work, 'kernel'));
    await copyFile(join(root, 'boot', named(boot, 'initrd.img-')), join(work, 'initrd'));
    await must('mke2fs', ['-q', '-t', 'ext4', '-d', root, join(work, 'disk.raw'), recipe.diskSize]);
    await rm(root, { recursive: true });
    await rename(work, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return image;
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
