import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ModuleTree, moduleFacts, moduleIndex, moduleName } from './kernel-modules.ts';

let folder: string;
const module = (depends: string, ...aliases: string[]) =>
  Buffer.from(
    `\x7fELF\0\0junk\0license=GPL\0${aliases.map((alias) => `alias=${alias}\0`).join('')}depends=${depends}\0name=x\0`,
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modules-'));
  const files = {
    'kernel/drivers/net/virtio_net.ko': module('net_failover', 'virtio:d00000001v*'),
    'kernel/drivers/net/net-failover.ko.zst': zstdCompressSync(module('failover')),
    'kernel/net/failover.ko.xz': Buffer.from('packed'),
    'modules.builtin': Buffer.from('kernel/drivers/block/virtio-blk.ko\n'),
  };
  for (const [path, data] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), data);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('takes in what a module depends on, packed or not, and writes what modprobe reads', async () => {
  const tree = await ModuleTree.open(folder, async (packed) => {
    expect(Buffer.from(packed).toString()).toBe('packed');
    return module('');
  });
  expect([tree.has('virtio_blk'), tree.has('net_failover'), tree.has('e1000')]).toEqual([true, true, false]);
  const modules = await tree.withDependencies(['virtio_net', 'virtio_blk', 'e1000']);
  expect(modules.map(({ path }) => path)).toEqual([
    'kernel/drivers/net/net-failover.ko',
    'kernel/drivers/net/virtio_net.ko',
    'kernel/net/failover.ko',
  ]);
  const index = moduleIndex(modules);
  // modprobe loads from the last to the first.
  expect(index.dep).toContain(
    'kernel/drivers/net/virtio_net.ko: kernel/drivers/net/net-failover.ko kernel/net/failover.ko\n',
  );
  expect(index.alias).toBe('alias virtio:d00000001v* virtio_net\n');
});

test('names use underscores', () => {
  expect(moduleName('kernel/drivers/char/hw_random/virtio-rng.ko.xz')).toBe('virtio_rng');
});

test('any bytes are searched without an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(moduleFacts(bytes).depends).not.toContain('');
    }),
  );
});
