import { Fault } from '../../contract/fault.ts';
import type { QmpClient } from '../../qemu/qmp/client.ts';
import type { DiskDefinition } from './definition.ts';
import { CD_ID, diskDevice, imageNode, mediumNode } from './qemu.ts';

/** How long a guest may take to let go of a disk, ms. Linux under TCG needs about one second. */
const UNPLUG_TIMEOUT = 20_000;

/** Plugs a disk into a running guest. What was added is taken away again when the second half fails. */
export async function plugDisk(qmp: QmpClient, disk: DiskDefinition, signal: AbortSignal): Promise<void> {
  await qmp.executeRaw('blockdev-add', imageNode(disk), { signal });
  try {
    await qmp.executeRaw('device_add', diskDevice(disk));
  } catch (error) {
    await qmp.executeRaw('blockdev-del', { 'node-name': disk.id });
    throw error;
  }
}

/**
 * Asks the guest to let go of the disk and waits for DEVICE_DELETED; then the image is closed. A guest without the
 * driver, or still in its firmware, never answers: that is `guest-unresponsive` and the disk stays.
 */
export async function unplugDisk(qmp: QmpClient, id: string, signal: AbortSignal): Promise<void> {
  const gone = qmp.waitFor('DEVICE_DELETED', (data) => data.device === id, {
    timeoutMs: UNPLUG_TIMEOUT,
    signal,
  });
  // A fault of device_del below is the one to tell; this promise then only times out, unheard.
  gone.catch(() => undefined);
  await qmp.execute('device_del', { id }, { signal });
  try {
    await gone;
  } catch (error) {
    if (Fault.from(error).code !== 'timeout') throw error;
    throw new Fault(
      {
        code: 'guest-unresponsive',
        message: `The guest has not let go of ${id} within ${UNPLUG_TIMEOUT / 1000} seconds.`,
        remedy: 'Unmount it in the guest and try again, or shut the guest down and detach it then.',
      },
      { cause: error },
    );
  }
  await closeNode(qmp, id);
}

/** QEMU releases the node a moment after the device: blockdev-del is refused until then. */
async function closeNode(qmp: QmpClient, node: string): Promise<void> {
  const nodes = await qmp.executeRaw('query-named-block-nodes', { flat: true });
  if (!Array.isArray(nodes) || !nodes.some((entry) => entry['node-name'] === node)) return;
  await qmp.executeRaw('blockdev-del', { 'node-name': node });
}

/** Puts an ISO into the CD drive of a running guest, whatever was in it before. */
export async function insertCd(qmp: QmpClient, path: string): Promise<void> {
  const node = `cd0-${Date.now().toString(36)}`;
  await qmp.executeRaw('blockdev-add', mediumNode(path, node));
  try {
    await removeMedium(qmp);
    await qmp.executeRaw('blockdev-insert-medium', { id: CD_ID, 'node-name': node });
    await qmp.executeRaw('blockdev-close-tray', { id: CD_ID });
  } catch (error) {
    await qmp.executeRaw('blockdev-del', { 'node-name': node });
    throw error;
  }
}

export async function ejectCd(qmp: QmpClient): Promise<void> {
  await removeMedium(qmp);
}

async function removeMedium(qmp: QmpClient): Promise<void> {
  const before = await insertedNode(qmp);
  await openTray(qmp);
  if (before === null) return;
  await qmp.executeRaw('blockdev-remove-medium', { id: CD_ID });
  await qmp.executeRaw('blockdev-del', { 'node-name': before });
}

/** A guest that locked the tray is overruled, as a paper clip would. */
async function openTray(qmp: QmpClient): Promise<void> {
  await qmp.executeRaw('blockdev-open-tray', { id: CD_ID, force: true });
}

async function insertedNode(qmp: QmpClient): Promise<string | null> {
  const blocks = await qmp.execute('query-block');
  const drive = blocks.find((block) => block.qdev === CD_ID || block.qdev?.endsWith(`/${CD_ID}`) === true);
  return drive?.inserted?.['node-name'] ?? null;
}

export interface DiskCounters {
  readonly id: string;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly allocatedBytes: number | null;
}

/** Bytes moved since the guest started, by device, and how far each image reaches on the host. */
export async function readCounters(qmp: QmpClient): Promise<DiskCounters[]> {
  const stats = await qmp.execute('query-blockstats');
  return stats.flatMap((entry) => {
    const id = entry.qdev?.split('/').find((part) => /^disk\d+$/.test(part)) ?? entry['node-name'];
    if (id === undefined || !/^disk\d+$/.test(id)) return [];
    return [
      {
        id,
        readBytes: entry.stats.rd_bytes,
        writtenBytes: entry.stats.wr_bytes,
        allocatedBytes: entry.parent?.stats.wr_highest_offset ?? null,
      },
    ];
  });
}

/** Where each disk of a running guest stands, as QEMU sees it: a back end that takes over compares. */
export async function pluggedDisks(qmp: QmpClient): Promise<Set<string>> {
  const blocks = await qmp.execute('query-block');
  return new Set(
    blocks.flatMap((block) => {
      const node = block.inserted?.['node-name'];
      return node !== undefined && /^disk\d+$/.test(node) ? [node] : [];
    }),
  );
}
