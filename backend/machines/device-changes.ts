import { realpath } from 'node:fs/promises';
import type { DiskBus, DiskView } from '../contract/devices.ts';
import { Fault } from '../contract/fault.ts';
import { setClock } from '../devices/clock/live.ts';
import { type DiskDefinition, placeDisk } from '../devices/disk/definition.ts';
import { ejectCd, insertCd, plugDisk, unplugDisk } from '../devices/disk/live.ts';
import { type BalloonResult, setBalloon } from '../devices/memory/live.ts';
import { setLink } from '../devices/network/live.ts';
import { checkReadable, inspectImage } from '../storage/images.ts';
import type { Machine } from './machine.ts';

/**
 * Changes of a machine's devices. Each walks the same way: check → QMP → QEMU confirms → the definition is written →
 * event. On a machine that is off only the definition changes.
 */

export async function attachDisk(
  machine: Machine,
  wish: { path: string; bus: DiskBus; readOnly: boolean | undefined },
  imageTool: string,
  usersOf: (path: string) => readonly string[],
): Promise<DiskView> {
  const facts = await inspectImage(imageTool, wish.path);
  const readOnly = wish.readOnly ?? facts.format === 'iso';
  if (!readOnly) await checkReadable(wish.path, true);
  const path = await realpath(wish.path);
  return await machine.inOrder(async () => {
    refuseSecondUse(machine, path, readOnly, usersOf);
    const disk: DiskDefinition = {
      ...placeDisk(machine.definition.disks, wish.bus),
      bus: wish.bus,
      path,
      format: facts.format,
      readOnly,
      sizeBytes: facts.sizeBytes,
    };
    const guest = machine.guest;
    if (guest === null) refuseWhileStarting(machine);
    else await plugDisk(guest.qmp, disk, guest.signal);
    await machine.redefine((definition) => ({ ...definition, disks: [...definition.disks, disk] }));
    machine.log(`${disk.id} attached by ${disk.bus}: ${disk.path}`);
    const view = machine.view().devices.disks.find((entry) => entry.id === disk.id);
    if (view === undefined) throw new Error(`${disk.id} was attached and is not there`);
    return view;
  });
}

/** Two guests that write one image destroy it. Reading together is fine. */
function refuseSecondUse(
  machine: Machine,
  path: string,
  readOnly: boolean,
  usersOf: (path: string) => readonly string[],
): void {
  const here = machine.definition.disks.find((disk) => disk.path === path);
  if (here !== undefined) {
    throw new Fault({
      code: 'bad-input',
      message: `${path} is attached to “${machine.definition.name}” already, as ${here.id}.`,
      remedy: 'Detach it first, or make a copy of the image.',
      path: ['path'],
    });
  }
  const others = usersOf(path).filter((name) => name !== machine.definition.name);
  if (others.length === 0 || readOnly) return;
  throw new Fault({
    code: 'bad-input',
    message: `${path} belongs to “${others[0]}” already; two guests writing one image destroy it.`,
    remedy: 'Attach it read-only, make a copy, or detach it there first.',
    path: ['path'],
  });
}

function refuseWhileStarting(machine: Machine): void {
  if (!machine.running) return;
  throw new Fault({
    code: 'illegal-move',
    message: `“${machine.definition.name}” is just ${machine.state}.`,
    remedy: 'Wait a moment and try again.',
  });
}

export async function detachDisk(machine: Machine, id: string): Promise<void> {
  findDisk(machine, id);
  if (machine.moving.has(id)) {
    throw new Fault({
      code: 'busy',
      message: `${id} is being detached already.`,
      remedy: 'Wait until the guest has let go of it.',
    });
  }
  machine.moving.set(id, 'unplugging');
  machine.announce();
  try {
    await machine.inOrder(async () => {
      findDisk(machine, id);
      const guest = machine.guest;
      if (guest === null) refuseWhileStarting(machine);
      else await unplugDisk(guest.qmp, id, guest.signal);
      machine.problems.delete(id);
      await machine.redefine((definition) => ({
        ...definition,
        disks: definition.disks.filter((disk) => disk.id !== id),
      }));
      machine.log(`${id} detached`);
    });
  } finally {
    machine.moving.delete(id);
    machine.announce();
  }
}

function findDisk(machine: Machine, id: string): DiskDefinition {
  const disk = machine.definition.disks.find((entry) => entry.id === id);
  if (disk !== undefined) return disk;
  const ids = machine.definition.disks.map((entry) => entry.id);
  throw new Fault({
    code: 'not-found',
    message: `“${machine.definition.name}” has no disk ${id}.`,
    remedy: ids.length === 0 ? 'It has no disks at all.' : `Its disks: ${ids.join(', ')}.`,
    path: ['disk'],
  });
}

export async function insertDisc(machine: Machine, wish: string): Promise<void> {
  await checkReadable(wish);
  const path = await realpath(wish);
  await machine.inOrder(async () => {
    const cdrom = requireDrive(machine);
    if (machine.guest === null) refuseWhileStarting(machine);
    else await insertCd(machine.guest.qmp, path);
    machine.problems.delete(cdrom.id);
    await machine.redefine((definition) => ({ ...definition, cdrom: { ...cdrom, path } }));
    machine.log(`CD inserted: ${path}`);
  });
}

export async function ejectDisc(machine: Machine): Promise<void> {
  await machine.inOrder(async () => {
    const cdrom = requireDrive(machine);
    if (machine.guest === null) refuseWhileStarting(machine);
    else await ejectCd(machine.guest.qmp);
    machine.problems.delete(cdrom.id);
    await machine.redefine((definition) => ({ ...definition, cdrom: { ...cdrom, path: null } }));
    machine.log('CD ejected');
  });
}

function requireDrive(machine: Machine): NonNullable<Machine['definition']['cdrom']> {
  if (machine.definition.cdrom !== null) return machine.definition.cdrom;
  throw new Fault({
    code: 'not-supported',
    message: `“${machine.definition.name}” has no CD drive.`,
    remedy: 'Attach the image as a disk instead.',
  });
}

export async function linkNic(
  machine: Machine,
  wish: string | undefined,
  up: boolean,
): Promise<{ nic: string; up: boolean }> {
  return await machine.inOrder(async () => {
    const nic = machine.definition.nics.find((entry) => wish === undefined || entry.id === wish);
    if (nic === undefined) {
      throw new Fault({
        code: 'not-found',
        message: `“${machine.definition.name}” has no network card${wish === undefined ? '' : ` ${wish}`}.`,
        remedy: `Its cards: ${machine.definition.nics.map((entry) => entry.id).join(', ') || 'none'}.`,
        path: ['nic'],
      });
    }
    if (machine.guest === null) refuseWhileStarting(machine);
    else await setLink(machine.guest.qmp, nic.id, up);
    await machine.redefine((definition) => ({
      ...definition,
      nics: definition.nics.map((entry) => (entry.id === nic.id ? { ...entry, up } : entry)),
    }));
    machine.log(`The cable of ${nic.id} was ${up ? 'plugged in' : 'pulled'}`);
    return { nic: nic.id, up };
  });
}

export async function setMemory(machine: Machine, targetMiB: number): Promise<BalloonResult> {
  const guest = machine.requireAwake('its balloon cannot be moved');
  return await machine.inOrder(async () => {
    const size = guest.record.definition.memory.sizeMiB;
    const before = guest.targetMiB;
    if (targetMiB <= size) guest.targetMiB = targetMiB;
    machine.announce();
    try {
      const result = await setBalloon(guest.qmp, targetMiB, size, guest.signal);
      machine.log(`Memory set to ${targetMiB} MiB; the guest has ${Math.round(result.actualMiB)} MiB`);
      return result;
    } catch (error) {
      guest.targetMiB = before;
      throw error;
    } finally {
      machine.announce();
    }
  });
}

export async function setGuestClock(machine: Machine): Promise<{ driftMs: number }> {
  const guest = machine.requireAwake('its clock cannot be set');
  const { driftMs } = await setClock(guest.agent, guest.signal);
  machine.log('The guest’s clock was set');
  return { driftMs };
}
