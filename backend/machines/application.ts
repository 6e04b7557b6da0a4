import { Fault } from '../contract/fault.ts';
import { closeGuarded } from '../devices/display/guarded-stream.ts';
import { checkHost } from '../host/check.ts';
import { Jobs } from '../jobs/jobs.ts';
import { readLogEnd } from '../qemu/launch.ts';
import type { Dispatcher } from '../rpc/dispatcher.ts';
import type { EventBus } from '../rpc/event-bus.ts';
import type { OpenStream } from '../rpc/streams.ts';
import { inspectImage } from '../storage/images.ts';
import type { Folders } from '../store/paths.ts';
import { registerAgents } from './agent-requests.ts';
import { Agents } from './agents.ts';
import { createMachine } from './create.ts';
import {
  attachDisk,
  detachDisk,
  ejectDisc,
  insertDisc,
  linkNic,
  setGuestClock,
  setMemory,
} from './device-changes.ts';
import { FiguresSampler } from './figures.ts';
import { HostFiguresSampler } from './host-figures.ts';
import { HostQemuSource } from './host-qemu.ts';
import type { Machine, MachineHost } from './machine.ts';
import { Machines } from './machines.ts';
import { editMachine, waitForMachine } from './requests.ts';
import { Screens } from './screens.ts';
import { pressKeys, typeInto } from './typing.ts';
import { Watching } from './watching.ts';

const LOG_BYTES = 64 * 1024;

export interface ApplicationParts {
  readonly folders: Folders;
  readonly events: EventBus;
  readonly dispatcher: Dispatcher;
  readonly log: (level: 'info' | 'warning' | 'error', text: string, fields?: Record<string, unknown>) => void;
}

export interface Application extends AsyncDisposable {
  readonly openStream: OpenStream;
  /** Whether a guest runs or a job is under way: then the back end must stay. */
  isNeeded(): boolean;
}

/** Puts the rooms together and gives every request of the contract its handler. */
export async function createApplication({
  folders,
  events,
  dispatcher,
  log,
}: ApplicationParts): Promise<Application> {
  const qemu = new HostQemuSource(folders.cache);
  const agents = new Agents((machine, viewer) => events.emit('viewer.taken', { machine, viewer }));
  const screens = new Screens(agents);
  const jobs = new Jobs((job) => events.emit('job.changed', job));
  const trouble = (text: string, error: unknown): void =>
    log('error', text, { detail: Fault.from(error).message });
  const host: MachineHost = {
    folders,
    qemu: () => qemu.get(),
    save: (definition) => machines.registry.write(definition),
    changed: (view) => {
      agents.changed(view);
      events.emit('machine.changed', view);
    },
    logged: (machine, entry) => events.emit('machine.logged', { machine, ...entry }),
    trouble,
  };
  const watchedHost = new Watching(
    () =>
      new HostFiguresSampler(
        machines,
        (figures) => events.emit('host.figures', figures),
        (error) => trouble('host figures', error),
      ),
  );
  const watchedMachines = new Watching(
    (subject) =>
      new FiguresSampler(
        machines.find(subject.slice('machine:'.length)),
        () => agents.isGlancing(subject.slice('machine:'.length)),
        (figures) => events.emit('machine.figures', { machine: subject.slice('machine:'.length), figures }),
        (error) => trouble('machine figures', error),
      ),
  );
  const machines = new Machines(folders, host, (machine) => {
    watchedMachines.drop(`machine:${machine}`);
    agents.removed(machine);
    events.emit('machine.removed', { machine });
  });
  await machines.load();

  const moved = async (ref: string, move: (machine: Machine) => Promise<void>) => {
    const machine = machines.usable(ref);
    await move(machine);
    return machine.view();
  };

  dispatcher.register('host.check', ({ fresh }) => checkHost({ folders, qemu, fresh: fresh ?? false }));
  dispatcher.register('host.watch', async ({ on }, { connection }) => {
    watchedHost.set(connection, 'host', on);
    return {};
  });
  dispatcher.register('machine.list', async () => ({ machines: machines.list() }));
  dispatcher.register('machine.show', async ({ machine }) => {
    const found = machines.find(machine);
    await found.refreshProblems();
    return machines.view(found);
  });
  dispatcher.register('machine.create', async (wish) => {
    const machine = await createMachine(wish, { machines, jobs, folders, imageTool: () => qemu.imageTool() });
    // The machine is there even when it does not start: its view says why it did not.
    if (wish.start === true) await machine.start().catch(() => undefined);
    return machine.view();
  });
  dispatcher.register('machine.edit', ({ machine, ...edit }) =>
    moved(machine, (found) => editMachine(machines, found, edit)),
  );
  dispatcher.register('machine.delete', ({ machine }) => machines.remove(machine));
  dispatcher.register('machine.undelete', async ({ machine }) =>
    machines.view(await machines.undelete(machine)),
  );
  dispatcher.register('machine.start', ({ machine }) => moved(machine, (found) => found.start()));
  dispatcher.register('machine.stop', async ({ machine, force }) => {
    const found = machines.stoppable(machine);
    await (force === true ? found.forceOff() : found.stop());
    return machines.view(found);
  });
  dispatcher.register('machine.restart', ({ machine, force }) =>
    moved(machine, (found) => (force === true ? found.reset() : found.restart())),
  );
  dispatcher.register('machine.pause', ({ machine }) => moved(machine, (found) => found.pause()));
  dispatcher.register('machine.resume', ({ machine }) => moved(machine, (found) => found.resume()));
  dispatcher.register('machine.wait', ({ machine, for: goal, timeoutMs }, { signal }) =>
    waitForMachine(machines.usable(machine), goal, timeoutMs, signal),
  );
  dispatcher.register('machine.keys', async ({ machine, keys }) => {
    await pressKeys(machines.usable(machine), keys);
    return {};
  });
  dispatcher.register('machine.type', async ({ machine, text }, { signal }) => ({
    characters: await typeInto(machines.usable(machine), text, jobs, signal),
  }));
  dispatcher.register('machine.screenshot', async ({ machine, via, maxWidth }, { signal }) => {
    const found = machines.usable(machine);
    const picture = await screens.take(found, via ?? 'qmp', maxWidth, signal);
    return {
      ...picture,
      png: Buffer.from(picture.png.buffer, picture.png.byteOffset, picture.png.length).toString('base64'),
    };
  });
  dispatcher.register('machine.log', async ({ machine, maxBytes }) => {
    const found = machines.find(machine);
    return {
      events: await found.readLog(),
      qemu: await readLogEnd(found.files.qemuLog, maxBytes ?? LOG_BYTES),
      path: found.files.qemuLog,
    };
  });
  dispatcher.register('machine.qmp', async ({ machine, command }) => {
    const guest = machines.usable(machine).requireGuest('it has no QMP to talk to');
    return { return: await guest.qmp.executeRaw(command.execute, command.arguments) };
  });
  dispatcher.register('machine.exec', async ({ machine, command, timeoutMs }, { signal }) => {
    const guest = machines.usable(machine).requireAwake('nothing can run in it');
    const [program, ...rest] = command;
    if (program === undefined) throw new Error('the contract lets no empty command through');
    const result = await guest.agent.exec([program, ...rest], {
      signal: AbortSignal.any([signal, guest.signal]),
      timeoutMs,
    });
    return {
      exitCode: result.exitCode,
      signal: result.signal,
      stdout: Buffer.from(result.stdout).toString('base64'),
      stderr: Buffer.from(result.stderr).toString('base64'),
      truncated: result.truncated,
    };
  });
  dispatcher.register('machine.watch', async ({ machine, on }, { connection }) => {
    watchedMachines.set(connection, `machine:${machines.find(machine).definition.id}`, on);
    return {};
  });
  registerAgents(dispatcher, machines, agents);
  dispatcher.register('memory.set', ({ machine, memoryMiB }) =>
    setMemory(machines.usable(machine), memoryMiB),
  );
  dispatcher.register('disk.list', async ({ machine }) => {
    const found = machines.usable(machine);
    await found.refreshProblems();
    return { disks: found.view().devices.disks };
  });
  dispatcher.register('disk.attach', async ({ machine, path, bus, readOnly }) =>
    attachDisk(
      machines.usable(machine),
      { path, bus: bus ?? 'virtio-blk', readOnly },
      await qemu.imageTool(),
      (image) => machines.usersOf(image),
    ),
  );
  dispatcher.register('disk.detach', async ({ machine, disk }) => {
    await detachDisk(machines.usable(machine), disk);
    return {};
  });
  dispatcher.register('cdrom.insert', async ({ machine, path }) => {
    await insertDisc(machines.usable(machine), path);
    return {};
  });
  dispatcher.register('cdrom.eject', async ({ machine }) => {
    await ejectDisc(machines.usable(machine));
    return {};
  });
  dispatcher.register('nic.link', ({ machine, nic, up }) => linkNic(machines.usable(machine), nic, up));
  dispatcher.register('clock.set', ({ machine }) => setGuestClock(machines.usable(machine)));
  dispatcher.register('file.inspect', async ({ path }) => ({
    ...(await inspectImage(await qemu.imageTool(), path)),
    usedBy: machines.usersOf(path),
  }));
  dispatcher.register('job.list', async () => ({ jobs: jobs.list() }));
  dispatcher.register('job.cancel', async ({ job }) => {
    jobs.cancel(job);
    return {};
  });

  return {
    openStream: ({ kind, machine, viewer }, signal) => {
      const found = machines.usable(machine);
      if (kind === 'console') return found.requireGuest('its console is silent').openStream(kind, signal);
      const guest = found.requireGuest('it shows nothing');
      return agents.openViewerStream(found, viewer, () => guest.openStream(kind, signal));
    },
    isNeeded: () => machines.all().some((machine) => machine.running) || jobs.busy,
    [Symbol.asyncDispose]: async () => {
      jobs.cancelAll();
      agents[Symbol.dispose]();
      await Promise.all([screens[Symbol.asyncDispose](), closeGuarded()]);
      watchedHost[Symbol.dispose]();
      watchedMachines[Symbol.dispose]();
      await machines[Symbol.asyncDispose]();
    },
  };
}
