import { beforeEach, expect, test } from 'vitest';
import { Fault } from '../../../../backend/contract/fault.ts';
import type { Bridge } from '../../../bridge/bridge.ts';
import { dequeue, dequeueAll, dropQueue, enqueue, retryFirst } from './drop-queue.ts';
import { fittingUses } from './fitting-uses.ts';

const inspected = { path: '/x/a.img', kind: 'disk', format: 'raw', sizeBytes: 1, usedBy: [] } as const;

function bridgeOf(inspect: () => Promise<unknown>): Bridge {
  const asked = { request: inspect, pathOf: async (file: File) => `/images/${file.name}` };
  return asked as unknown as Bridge;
}

const settle = () => new Promise((resolve) => setTimeout(resolve));
const phases = () => dropQueue.getState().files.map(({ phase }) => phase.name);

beforeEach(dequeueAll);

test('files come up one by one, and the same file only once', async () => {
  const bridge = bridgeOf(async () => inspected);
  const image = new File(['x'], 'a.img', { lastModified: 1 });
  enqueue(bridge, 'm', [{ file: image }, { path: '/y.iso' }]);
  enqueue(bridge, 'm', [{ file: new File(['x'], 'a.img', { lastModified: 1 }) }, { path: '/y.iso' }]);
  await settle();
  expect(phases()).toEqual(['offer', 'waiting']);
  expect(dropQueue.getState().total).toBe(2);
  dequeue(bridge, dropQueue.getState().files[0]?.id ?? 0);
  await settle();
  expect(phases()).toEqual(['offer']);
  dequeue(bridge, dropQueue.getState().files[0]?.id ?? 0);
  expect(dropQueue.getState()).toEqual({ files: [], total: 0 });
});

test('a file that cannot be read says so and can be tried again', async () => {
  let isReadable = false;
  const bridge = bridgeOf(async () => {
    if (!isReadable) throw new Fault({ code: 'no-permission', message: 'The file cannot be read.' });
    return inspected;
  });
  enqueue(bridge, 'm', [{ path: '/a.img' }]);
  await settle();
  expect(phases()).toEqual(['failed']);
  isReadable = true;
  retryFirst(bridge, dropQueue.getState().files[0]?.id ?? 0);
  await settle();
  expect(phases()).toEqual(['offer']);
});

test('an ISO is never offered for writing', () => {
  const drive = { devices: { cdrom: { id: 'cd0', path: null, problem: null } } };
  const none = { devices: { cdrom: null } };
  const ids = (kind: 'cd' | 'disk', machine: object) =>
    fittingUses({ kind }, machine as never).map(({ id }) => id);
  expect(ids('cd', drive)).toEqual(['cd', 'read-only']);
  expect(ids('cd', none)).toEqual(['read-only']);
  expect(ids('disk', drive)).toEqual(['virtio-blk', 'virtio-scsi']);
});
