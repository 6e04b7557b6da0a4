import { execFile } from 'node:child_process';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyImage } from './copy-file.ts';
import { checkReadable, createImage, inspectImage } from './images.ts';

const run = promisify(execFile);
const QEMU_IMG = 'qemu-img';
const MIB = 2 ** 20;
let folder: string;
const at = (name: string) => join(folder, name);
const inspect = (name: string) => inspectImage(QEMU_IMG, at(name));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-images-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function rawImage(name: string, bytes = 8 * MIB): Promise<void> {
  await writeFile(at(name), '');
  await truncate(at(name), bytes);
}

/** The primary volume descriptor is all that tells an ISO 9660 image (ECMA-119 §8.4). */
async function isoImage(name: string): Promise<void> {
  await rawImage(name, MIB);
  const file = await open(at(name), 'r+');
  await file.write('\x01CD001\x01', 16 * 2048, 'latin1');
  await file.close();
}

/** A qcow2 image that says that it builds on whatever string is given: `rebase -u` does not look. */
async function overlay(name: string, backing: string, format = 'raw'): Promise<void> {
  await run(QEMU_IMG, ['create', '-q', '-f', 'qcow2', at(name), '8M']);
  await run(QEMU_IMG, ['rebase', '-u', '-f', 'qcow2', '-F', format, '-b', backing, at(name)]);
}

test('raw, qcow2, vmdk, vdi and ISO images are told apart, with the size a guest sees', async () => {
  await rawImage('a.img');
  await isoImage('b.iso');
  for (const format of ['qcow2', 'vmdk', 'vdi', 'vhdx', 'vpc']) {
    await run(QEMU_IMG, ['create', '-q', '-f', format, at(`c.${format}`), '16M']);
    const facts = await inspect(`c.${format}`);
    expect(facts).toMatchObject({ path: at(`c.${format}`), kind: 'disk', format });
    expect(facts.sizeBytes).toBeGreaterThanOrEqual(16 * MIB);
  }
  expect(await inspect('a.img')).toEqual({
    path: at('a.img'),
    kind: 'disk',
    format: 'raw',
    sizeBytes: 8 * MIB,
  });
  expect(await inspect('b.iso')).toEqual({ path: at('b.iso'), kind: 'cd', format: 'iso', sizeBytes: MIB });
});

test('a name with spaces, colons, commas or quotes is a name', async () => {
  for (const name of ['a b.img', 'nbd:x.img', "it's,readonly=on.img", '-o.img', 'json:{}.img']) {
    await rawImage(name);
    expect(await inspect(name)).toMatchObject({ path: at(name), format: 'raw' });
  }
});

test('a format that is none of ours is refused with the way out', async () => {
  await run(QEMU_IMG, ['create', '-q', '-f', 'qed', at('x.qed'), '8M']);
  await expect(inspect('x.qed')).rejects.toMatchObject({
    code: 'not-supported',
    message: expect.stringContaining('is a qed image'),
    remedy: expect.stringContaining('qemu-img convert'),
  });
});

test('an encrypted image is refused before a guest waits for its secret', async () => {
  await run(QEMU_IMG, ['create', '-q', '-f', 'qcow2', at('e.qcow2'), '1M']);
  // crypt_method in the header (QEMU's docs/interop/qcow2.txt, bytes 32–35): 1 is AES.
  const file = await open(at('e.qcow2'), 'r+');
  await file.write(Buffer.from([0, 0, 0, 1]), 0, 4, 32);
  await file.close();
  await expect(inspect('e.qcow2')).rejects.toMatchObject({
    code: 'not-supported',
    message: expect.stringContaining('encrypted'),
  });
});

test('a qcow2 header that was cut is refused, with what qemu-img said', async () => {
  await run(QEMU_IMG, ['create', '-q', '-f', 'qcow2', at('x.qcow2'), '8M']);
  await truncate(at('x.qcow2'), 50);
  await expect(inspect('x.qcow2')).rejects.toMatchObject({
    message: expect.stringContaining('x.qcow2'),
    detail: expect.stringContaining('qemu-img info'),
  });
});

test('a chain of backing files that are there is fine', async () => {
  await rawImage('base.img');
  await overlay('middle.qcow2', at('base.img'));
  await overlay('top.qcow2', 'middle.qcow2', 'qcow2');
  expect(await inspect('top.qcow2')).toMatchObject({ format: 'qcow2', sizeBytes: 8 * MIB });
});

test('a backing file that is missing is named, at any depth', async () => {
  await overlay('one.qcow2', at('gone.img'));
  await overlay('two.qcow2', 'one.qcow2', 'qcow2');
  for (const name of ['one.qcow2', 'two.qcow2']) {
    await expect(inspect(name)).rejects.toMatchObject({
      code: 'not-found',
      message: `${at('one.qcow2')} builds on ${at('gone.img')}, which cannot be read.`,
      remedy: expect.stringContaining('Put that file back'),
    });
  }
});

test.each([
  'nbd:unix:SOCKET',
  'nbd+unix:///?socket=SOCKET',
  'json:{"driver":"nbd","server":{"type":"unix","path":"SOCKET"}}',
])('%s as a backing file is refused, without being opened', async (template) => {
  const socket = at('s');
  let connected = false;
  await using server = createServer((client) => {
    connected = true;
    client.destroy();
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  await overlay('one.qcow2', template.replace('SOCKET', socket));
  await overlay('two.qcow2', 'one.qcow2', 'qcow2');
  for (const name of ['one.qcow2', 'two.qcow2']) {
    await expect(inspect(name)).rejects.toMatchObject({
      code: 'not-supported',
      message: expect.stringMatching(/one\.qcow2 builds on “(nbd|json)/),
      remedy: expect.stringContaining('stand alone'),
    });
  }
  expect(connected).toBe(false);
});

test('an image that builds on itself is refused', async () => {
  await overlay('one.qcow2', 'two.qcow2', 'qcow2');
  await overlay('two.qcow2', 'one.qcow2', 'qcow2');
  await expect(inspect('one.qcow2')).rejects.toMatchObject({
    code: 'not-supported',
    message: expect.stringContaining('more than 16 other images'),
  });
}, 30_000);

test('an image may lean on files of its own folder, and on no others, links followed', async () => {
  await mkdir(at('own'));
  await rawImage('secret.img');
  await symlink(at('secret.img'), at('own/link.img'));
  await rawImage('own/base.img');
  await overlay('own/good.qcow2', 'base.img');
  await expect(inspect('own/good.qcow2')).resolves.toMatchObject({ format: 'qcow2' });
  await overlay('own/above.qcow2', '../secret.img');
  await overlay('own/absolute.qcow2', at('secret.img'));
  await overlay('own/link.qcow2', 'link.img');
  await run(QEMU_IMG, [
    'create',
    '-q',
    '-f',
    'qcow2',
    '-o',
    `data_file=${at('data.raw')}`,
    at('own/data.qcow2'),
    '1M',
  ]);
  // A descriptor as a stranger would write it (VMware's Virtual Disk Format 5.0, "The Descriptor File").
  await writeFile(
    at('own/extent.vmdk'),
    `# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType="monolithicFlat"\nRW 16384 FLAT "${at('secret.img')}" 0\n`,
  );
  for (const name of ['above.qcow2', 'absolute.qcow2', 'link.qcow2', 'data.qcow2', 'extent.vmdk']) {
    await expect(inspect(`own/${name}`), name).rejects.toMatchObject({
      code: 'not-supported',
      message: expect.stringContaining('in another folder, and its guest could read that file'),
    });
  }
});

test('what is no image is named for what it is', async () => {
  await mkdir(at('folder'));
  await writeFile(at('empty'), '');
  await symlink(at('nowhere'), at('dangling'));
  const cases = [
    ['folder', 'bad-input', 'is a folder, not a disk image'],
    ['empty', 'bad-input', 'is empty (0 bytes)'],
    ['nothing', 'not-found', `There is no file ${at('nothing')}`],
    ['dangling', 'not-found', `There is no file ${at('dangling')}`],
    ['empty/below', 'not-found', 'There is no file'],
  ] as const;
  for (const [name, code, words] of cases) {
    await expect(inspect(name)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
      remedy: expect.any(String),
    });
  }
  await expect(inspectImage(QEMU_IMG, '/dev/null')).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('not a file'),
  });
});

test('an image without read permission is told as such', async () => {
  await rawImage('closed.img');
  await chmod(at('closed.img'), 0o000);
  await chmod(folder, 0o755);
  // Modes do not bind root: the check runs as somebody else then.
  const script = `
    const { checkReadable } = await import(${JSON.stringify(new URL('./images.ts', import.meta.url).href)});
    await checkReadable(process.argv[1]).catch((error) => console.log(error.code + ' ' + error.message));`;
  const prefix =
    process.getuid?.() === 0
      ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all', '--']
      : [];
  const [program, ...args] = [
    ...prefix,
    process.execPath,
    '--input-type=module',
    '-e',
    script,
    at('closed.img'),
  ];
  const { stdout } = await run(program ?? '', args);
  expect(stdout.trim()).toBe(`no-permission ${at('closed.img')} could not be read: you have no permission.`);
});

test('an image that may only be read is told from one that may be written', async () => {
  await rawImage('x.img');
  await expect(checkReadable(at('x.img'), true)).resolves.toBeUndefined();
  await chmod(at('x.img'), 0o444);
  if (process.getuid?.() !== 0) {
    await expect(checkReadable(at('x.img'), true)).rejects.toMatchObject({ code: 'no-permission' });
  }
});

test('a new image grows as it is filled, and is not made over another file', async () => {
  await createImage(QEMU_IMG, at('new.qcow2'), 512 * MIB);
  expect(await inspect('new.qcow2')).toMatchObject({ format: 'qcow2', sizeBytes: 512 * MIB });
  expect((await stat(at('new.qcow2'))).size).toBeLessThan(MIB);
});

test('a copy has the same bytes, keeps the holes, and a failed one leaves nothing', async () => {
  await rawImage('from.img', 64 * MIB);
  const file = await open(at('from.img'), 'r+');
  await file.write('something', 5 * MIB);
  await file.close();
  await copyImage(at('from.img'), at('to.img'));
  expect((await readFile(at('to.img'))).equals(await readFile(at('from.img')))).toBe(true);
  expect((await stat(at('to.img'))).blocks * 512).toBeLessThan(2 * MIB);
  await copyFile(at('to.img'), at('kept.img'));
  await expect(copyImage(at('missing.img'), at('bad.img'))).rejects.toMatchObject({
    code: 'not-found',
    message: `There is no file ${at('missing.img')}.`,
  });
  const stop = new AbortController();
  stop.abort();
  await expect(copyImage(at('from.img'), at('bad.img'), stop.signal)).rejects.toMatchObject({
    code: 'cancelled',
  });
  expect(await readdir(folder)).not.toContain('bad.img');
});
