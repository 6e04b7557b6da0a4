import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { Fault } from '../contract/fault.ts';
import type { QemuFeatures } from './capabilities.ts';
import { legacyOption } from './command-line.ts';
import { QmpClient } from './qmp/client.ts';

const PROBE_TIMEOUT_MS = 10_000;
/** The end of what a failing QEMU says; enough for its last sentences. */
const MESSAGE_BYTES = 4096;

/** The seccomp rules that every guest gets (facts: they work with all that we use). */
export const SANDBOX = legacyOption('-sandbox', 'on', {
  obsolete: 'deny',
  elevateprivileges: 'deny',
  spawn: 'deny',
  resourcecontrol: 'deny',
});

/** Asks the binary itself, in one start; in two where the sandbox does not work. Throws Fault `qemu-exited`. */
export async function probeFeatures(binaryPath: string): Promise<QemuFeatures> {
  try {
    return await ask(binaryPath, true);
  } catch (withSandbox) {
    if (!(withSandbox instanceof Fault) || withSandbox.code !== 'qemu-exited') throw withSandbox;
    return await ask(binaryPath, false);
  }
}

async function ask(binaryPath: string, sandbox: boolean): Promise<QemuFeatures> {
  const child = spawn(
    binaryPath,
    [
      ...['-no-user-config', '-nodefaults', '-display', 'none', '-machine', 'none'],
      ...(sandbox ? SANDBOX : []),
      // Node's pipes are socket pairs, so QMP needs no socket file and no waiting for one.
      ...legacyOption('-chardev', 'socket', { id: 'qmp', fd: 3 }),
      ...legacyOption('-mon', 'qmp', { mode: 'control' }),
    ],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const ended = endOf(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), PROBE_TIMEOUT_MS);
  try {
    const channel = child.stdio[3];
    if (!(channel instanceof Duplex)) throw new Error('the fourth stdio of a child is a duplex pipe');
    channel.on('error', () => undefined);
    await using client = await QmpClient.over(channel, { name: binaryPath });
    const features = await readFeatures(client, sandbox);
    child.kill('SIGKILL');
    return features;
  } catch (error) {
    child.kill('SIGKILL');
    throw new Fault(
      {
        code: 'qemu-exited',
        message: `${binaryPath} could not be asked what it offers: ${await ended}`,
        remedy: 'Run it with --version in a terminal; install QEMU again if that fails.',
      },
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
    await ended;
  }
}

async function readFeatures(client: QmpClient, sandbox: boolean): Promise<QemuFeatures> {
  // One batch: QEMU answers in order, and listing the types first loads the modules that the later lists need.
  const [types, objects, accelerators, machines, cpus, chardevs, commands] = await Promise.all([
    client.execute('qom-list-types', { implements: 'device', abstract: false }),
    client.execute('qom-list-types', { implements: 'user-creatable', abstract: false }),
    client.execute('qom-list-types', { implements: 'accel', abstract: false }),
    client.execute('query-machines'),
    client.execute('query-cpu-definitions'),
    client.execute('query-chardev-backends'),
    client.execute('query-commands'),
  ]);
  const devices = types.map(({ name }) => name).sort();
  const chardevNames = chardevs.map(({ name }) => name).sort();
  const commandNames = commands.map(({ name }) => name).sort();
  const { qemu, package: packageName } = client.greeting.version;
  return {
    version: `${qemu.major}.${qemu.minor}.${qemu.micro}`,
    package: packageName.trim().replace(/^\((.*)\)$/, '$1'),
    machineTypes: machines.map((machine) => ({
      name: machine.name,
      alias: machine.alias ?? null,
      isDefault: machine['is-default'] ?? false,
      maxCpus: machine['cpu-max'],
      deprecated: machine.deprecated,
    })),
    accelerators: accelerators
      .map(({ name }) => name)
      .filter((name) => name.endsWith('-accel'))
      .map((name) => name.slice(0, -'-accel'.length))
      .sort(),
    cpuModels: cpus.map(({ name }) => name).sort(),
    devices,
    objects: objects.map(({ name }) => name).sort(),
    chardevs: chardevNames,
    commands: commandNames,
    // The command may be compiled in while the module with the server is another package: then there is no spicevmc.
    hasSpice: commandNames.includes('query-spice') && chardevNames.includes('spicevmc'),
    hasQxl: devices.includes('qxl-vga'),
    sandbox,
  };
}

/** What it said last, or how it ended. */
function endOf(child: ReturnType<typeof spawn>): Promise<string> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MESSAGE_BYTES);
  });
  const spawned = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  return spawned.then(
    ({ code, signal }) => said.trim() || `it ended with ${signal ?? `exit code ${code}`}.`,
    (error: Error) => error.message,
  );
}
