import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findQemu, type QemuBinary } from './find.ts';
import { probeQemu } from './probe.ts';

let cacheFolder: string;

beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'innkeeper-probe-'));
});

afterEach(() => rm(cacheFolder, { recursive: true, force: true }));

async function installed(): Promise<QemuBinary> {
  const [binary] = await findQemu(process.env);
  if (binary === undefined) throw new Error('these tests need QEMU');
  return binary;
}

/** A program that counts its starts and becomes QEMU. */
async function counting(extra = ''): Promise<{ binary: QemuBinary; starts: () => Promise<number> }> {
  const { path } = await installed();
  const counter = join(cacheFolder, 'starts');
  await writeFile(counter, '');
  const script = join(cacheFolder, 'qemu');
  await writeFile(script, `#!/bin/sh\necho start >> '${counter}'\n${extra}\nexec ${path} "$@"\n`);
  await chmod(script, 0o755);
  return {
    binary: { path: script, imagePath: null },
    starts: async () => (await readFile(counter, 'utf8')).split('\n').length - 1,
  };
}

test('what QEMU offers', async () => {
  const capabilities = await probeQemu(await installed(), { cacheFolder });
  expect(capabilities.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(capabilities.accelerators).toContain('tcg');
  expect(capabilities.machineTypes.map(({ alias }) => alias)).toContain('q35');
  expect(capabilities.cpuModels).toContain('qemu64');
  expect(capabilities.devices).toEqual(expect.arrayContaining(['virtio-blk-pci', 'virtio-net-pci']));
  expect(capabilities.objects).toEqual(expect.arrayContaining(['rng-random', 'memory-backend-memfd']));
  expect(capabilities.chardevs).toContain('socket');
  expect(capabilities.kvm.usable === (capabilities.kvm.reason === null)).toBe(true);
});

test('the second time comes from the cache, and says the same', async () => {
  const { binary, starts } = await counting();
  const first = await probeQemu(binary, { cacheFolder });
  const startsOfFirst = await starts();
  const second = await probeQemu(binary, { cacheFolder });
  expect(second).toEqual(first);
  expect(await starts()).toBe(startsOfFirst);
});

test.each([
  ['cut in half', (text: string) => text.slice(0, text.length / 2)],
  ['empty', () => ''],
  ['of another shape', () => '{"schema":1}'],
  ['of an older schema', (text: string) => text.replace('"schema":1', '"schema":0')],
  ['of another binary', (text: string) => text.replace(/"identity":"/, '"identity":"x')],
])('a cache file %s is rebuilt', async (_, spoil) => {
  const binary = await installed();
  const first = await probeQemu(binary, { cacheFolder });
  const folder = join(cacheFolder, 'qemu-probe');
  const [name] = await readdir(folder);
  const file = join(folder, name ?? '');
  const good = await readFile(file, 'utf8');
  await writeFile(file, spoil(good));
  expect(await probeQemu(binary, { cacheFolder })).toEqual(first);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(good));
});

test('a QEMU without a working sandbox', async () => {
  const { binary } = await counting(
    'case "$*" in *-sandbox*) echo "-sandbox: not compiled in" >&2; exit 1;; esac',
  );
  expect((await probeQemu(binary, { cacheFolder })).sandbox).toBe(false);
});

test('a program that is no QEMU: its own words', async () => {
  const { binary } = await counting('echo "libfoo.so.1: cannot open shared object file" >&2; exit 127');
  await expect(probeQemu(binary, { cacheFolder })).rejects.toMatchObject({
    code: 'qemu-exited',
    message: expect.stringContaining('libfoo.so.1'),
  });
  const none = { path: join(cacheFolder, 'none'), imagePath: null };
  await expect(probeQemu(none, { cacheFolder })).rejects.toMatchObject({ code: 'not-found' });
});
