import { resolve } from 'node:path';
import type { MachineView } from '../../contract/machine.ts';
import { showJobs } from '../progress.ts';
import { parseCount, parseMiB, parseSize, sizeText } from '../sizes.ts';
import { table } from '../table.ts';
import { defineVerb, machineArgument, UsageError, type Verb } from '../verb.ts';

/** `--disk 20G` is a new disk of that size, anything else a file; `./20G` is the file of that name. */
function diskOf(text: string, cwd: string): { sizeBytes: number } | { path: string } {
  const sizeBytes = parseSize(text);
  if (sizeBytes !== null) return { sizeBytes };
  if (/^\d+$/.test(text)) {
    throw new UsageError(
      `--disk '${text}' has no unit.`,
      `Give a size like ${text}G, or ./${text} if it is the name of a file.`,
    );
  }
  return { path: resolve(cwd, text) };
}

async function describeState(machine: MachineView): Promise<string> {
  const { stateWords } = await import('../../contract/machine.ts');
  return stateWords[machine.state];
}

const create = defineVerb({
  words: ['create'],
  summary: 'Makes a machine.',
  args: [{ name: 'NAME', help: 'what it will be called' }],
  options: {
    demo: { help: 'the demo machine: a small Linux, built on first use' },
    memory: { value: 'SIZE', help: 'memory, for example 512M or 2G' },
    cpus: { value: 'N', help: 'virtual CPUs' },
    cdrom: { value: 'FILE', help: 'an ISO image in its CD drive' },
    disk: { value: 'FILE|SIZE', help: 'an image file, or a new empty disk of that size', repeatable: true },
    start: { help: 'start it as well' },
  },
  examples: ['create demo --demo', 'create debian --cdrom debian.iso --disk 20G --memory 2G --start'],
  notes: ['Sizes are numbers with a unit: K, M, G or T, powers of 1024.'],
  run: async ({ args, options }, context) => {
    const input = {
      name: args.NAME,
      ...(options.demo ? { demo: true } : {}),
      ...(options.memory === undefined ? {} : { memoryMiB: parseMiB(options.memory, '--memory') }),
      ...(options.cpus === undefined ? {} : { cpus: parseCount(options.cpus, '--cpus') }),
      ...(options.cdrom === undefined ? {} : { cdrom: resolve(context.cwd, options.cdrom) }),
      ...(options.disk.length === 0 ? {} : { disks: options.disk.map((text) => diskOf(text, context.cwd)) }),
      ...(options.start ? { start: true } : {}),
    };
    const client = await context.connect();
    using _progress = showJobs(client, context);
    const machine = await client.request('machine.create', input);
    const next = options.start ? '' : ` Start it with: innkeeper start '${machine.name}'`;
    return { json: machine, text: `Made “${machine.name}” (${machine.id}).${next}` };
  },
});

const list = defineVerb({
  words: ['list'],
  summary: 'Lists the machines.',
  args: [],
  options: {},
  run: async (_call, context) => {
    const client = await context.connect();
    const { machines } = await client.request('machine.list', {});
    if (machines.length === 0) {
      return { json: { machines }, text: 'No machines yet. Try: innkeeper create demo --demo --start' };
    }
    const rows = await Promise.all(
      machines.map(async (machine) => [
        machine.name,
        await describeState(machine),
        machine.guestReady ? 'ready' : '-',
        sizeText(machine.memoryMiB * 2 ** 20),
        String(machine.cpus),
        machine.id,
      ]),
    );
    return { json: { machines }, text: table([['NAME', 'STATE', 'GUEST', 'MEMORY', 'CPUS', 'ID'], ...rows]) };
  },
});

function memoryText(machine: MachineView): string {
  const { sizeMiB, actualMiB } = machine.devices.memory;
  const pending = machine.pending?.memoryMiB;
  return [
    sizeText(sizeMiB * 2 ** 20),
    actualMiB === null || actualMiB === sizeMiB ? '' : `, the guest has ${sizeText(actualMiB * 2 ** 20)} now`,
    pending === undefined ? '' : `, ${sizeText(pending * 2 ** 20)} from the next start`,
  ].join('');
}

async function showText(machine: MachineView): Promise<string> {
  const { devices } = machine;
  const rows: [string, string][] = [
    ['Name', machine.name],
    ['Id', machine.id],
    ['State', await describeState(machine)],
  ];
  if (machine.fault !== null) rows.push(['Why', machine.fault.message]);
  if (machine.accelerator !== null) {
    const why = machine.acceleratorReason === null ? '' : ` (${machine.acceleratorReason})`;
    rows.push(['Runs on', machine.accelerator === 'kvm' ? 'KVM' : `software emulation${why}`]);
  }
  if (machine.pid !== null) {
    rows.push(['Process', String(machine.pid)]);
    rows.push(['Guest', machine.guestReady ? 'ready' : 'has not said that it is ready']);
    rows.push(['Guest agent', machine.agentAnswers ? 'answers' : 'does not answer']);
  }
  rows.push(['Memory', memoryText(machine)]);
  const cpus = machine.pending?.cpus;
  rows.push(['CPUs', `${machine.cpus}${cpus === undefined ? '' : `, ${cpus} from the next start`}`]);
  for (const disk of devices.disks) {
    const size = disk.sizeBytes === null ? '' : `, ${sizeText(disk.sizeBytes)}`;
    rows.push([
      'Disk',
      `${disk.id}: ${disk.path} (${disk.bus}, ${disk.format}${size}${disk.readOnly ? ', read-only' : ''})`,
    ]);
    if (disk.problem !== null) rows.push(['', disk.problem]);
  }
  if (devices.cdrom !== null) rows.push(['CD drive', devices.cdrom.path ?? 'empty']);
  for (const nic of devices.nics) {
    rows.push([
      'Network',
      `${nic.id}: ${nic.model}, ${nic.mac}, cable ${nic.up ? 'plugged in' : 'unplugged'}`,
    ]);
  }
  const { adapter, protocol, clipboardAllowed } = devices.display;
  rows.push(['Display', `${adapter}, ${protocol}${clipboardAllowed ? ', clipboard shared' : ''}`]);
  return table(rows);
}

const show = defineVerb({
  words: ['show'],
  summary: 'Shows a machine and its devices.',
  args: [machineArgument],
  options: {},
  run: async ({ args }, context) => {
    const client = await context.connect();
    const machine = await client.request('machine.show', { machine: args.NAME });
    return { json: machine, text: await showText(machine) };
  },
});

const edit = defineVerb({
  words: ['edit'],
  summary: 'Changes what a machine is; a running one takes memory and CPUs at its next start.',
  args: [machineArgument],
  options: {
    name: { value: 'NEW', help: 'a new name' },
    memory: { value: 'SIZE', help: 'memory, for example 512M or 2G' },
    cpus: { value: 'N', help: 'virtual CPUs' },
  },
  run: async ({ args, options }, context) => {
    if (options.name === undefined && options.memory === undefined && options.cpus === undefined) {
      throw new UsageError("'edit' needs something to change: --name, --memory or --cpus.");
    }
    const input = {
      machine: args.NAME,
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.memory === undefined ? {} : { memoryMiB: parseMiB(options.memory, '--memory') }),
      ...(options.cpus === undefined ? {} : { cpus: parseCount(options.cpus, '--cpus') }),
    };
    const client = await context.connect();
    const machine = await client.request('machine.edit', input);
    const when = machine.pending === null ? '' : ' It takes effect at the next start.';
    return { json: machine, text: `Changed “${machine.name}”.${when}` };
  },
});

const remove = defineVerb({
  words: ['delete'],
  summary: 'Deletes a machine; for a while it can be brought back.',
  args: [machineArgument],
  options: {},
  run: async ({ args }, context) => {
    const client = await context.connect();
    const deleted = await client.request('machine.delete', { machine: args.NAME });
    const until = new Date(deleted.undoUntil).toLocaleTimeString();
    return {
      json: deleted,
      text: `Deleted “${deleted.name}”. Until ${until} it comes back with: innkeeper undelete ${deleted.machine}`,
    };
  },
});

const undelete = defineVerb({
  words: ['undelete'],
  summary: 'Brings a deleted machine back.',
  args: [machineArgument],
  options: {},
  run: async ({ args }, context) => {
    const client = await context.connect();
    const machine = await client.request('machine.undelete', { machine: args.NAME });
    return { json: machine, text: `“${machine.name}” is back.` };
  },
});

export const machineVerbs: readonly Verb[] = [create, list, show, edit, remove, undelete];
