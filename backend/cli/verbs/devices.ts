import { resolve } from 'node:path';
import type { DiskBus, DiskView } from '../../contract/devices.ts';
import { parseMiB, sizeText } from '../sizes.ts';
import { table } from '../table.ts';
import { defineVerb, machineArgument, UsageError, type Verb } from '../verb.ts';

const memorySet = defineVerb({
  words: ['memory', 'set'],
  summary: 'Asks the balloon in a running guest for this much memory.',
  args: [machineArgument, { name: 'SIZE', help: 'for example 256M or 1G' }],
  options: {},
  run: async ({ args }, context) => {
    const memoryMiB = parseMiB(args.SIZE, 'SIZE');
    const client = await context.connect();
    const result = await client.request('memory.set', { machine: args.NAME, memoryMiB });
    const has = sizeText(result.actualMiB * 2 ** 20);
    const text = result.reached
      ? `The guest has ${has} now.`
      : `Asked for ${sizeText(result.targetMiB * 2 ** 20)}; the guest has ${has} so far.`;
    return { json: result, text };
  },
});

const buses: readonly DiskBus[] = ['virtio-blk', 'virtio-scsi'];

function busOf(text: string): DiskBus {
  const bus = buses.find((name) => name === text);
  if (bus === undefined) throw new UsageError(`--bus '${text}' is not known.`, `Give ${buses.join(' or ')}.`);
  return bus;
}

function diskRow(disk: DiskView): string[] {
  return [
    disk.id,
    disk.bus,
    disk.sizeBytes === null ? '?' : sizeText(disk.sizeBytes),
    disk.format,
    disk.readOnly ? 'read-only' : 'read-write',
    disk.state,
    disk.problem === null ? disk.path : `${disk.path} (${disk.problem})`,
  ];
}

const diskAttach = defineVerb({
  words: ['disk', 'attach'],
  summary: 'Plugs an image file in as a disk, also while the guest runs.',
  args: [machineArgument, { name: 'FILE', help: 'the image' }],
  options: {
    bus: { value: 'BUS', help: 'virtio-blk or virtio-scsi' },
    'read-only': { help: 'the guest may not write to it' },
  },
  run: async ({ args, options }, context) => {
    const bus = options.bus === undefined ? undefined : busOf(options.bus);
    const client = await context.connect();
    const disk = await client.request('disk.attach', {
      machine: args.NAME,
      path: resolve(context.cwd, args.FILE),
      ...(bus === undefined ? {} : { bus }),
      ...(options['read-only'] ? { readOnly: true } : {}),
    });
    return { json: disk, text: `Attached ${disk.path} as ${disk.id} (${disk.bus}).` };
  },
});

const diskDetach = defineVerb({
  words: ['disk', 'detach'],
  summary: 'Unplugs a disk; its file stays.',
  args: [machineArgument, { name: 'ID', help: "the disk, as 'disk list' shows it" }],
  options: {},
  run: async ({ args }, context) => {
    const client = await context.connect();
    await client.request('disk.detach', { machine: args.NAME, disk: args.ID });
    return { json: { disk: args.ID }, text: `Detached ${args.ID}.` };
  },
});

const diskList = defineVerb({
  words: ['disk', 'list'],
  summary: 'Lists a machine’s disks.',
  args: [machineArgument],
  options: {},
  run: async ({ args }, context) => {
    const client = await context.connect();
    const { disks } = await client.request('disk.list', { machine: args.NAME });
    if (disks.length === 0) return { json: { disks }, text: `“${args.NAME}” has no disks.` };
    return {
      json: { disks },
      text: table([['ID', 'BUS', 'SIZE', 'FORMAT', 'ACCESS', 'STATE', 'FILE'], ...disks.map(diskRow)]),
    };
  },
});

const cdromInsert = defineVerb({
  words: ['cdrom', 'insert'],
  summary: 'Puts an ISO image into the CD drive.',
  args: [machineArgument, { name: 'FILE', help: 'the ISO image' }],
  options: {},
  run: async ({ args }, context) => {
    const path = resolve(context.cwd, args.FILE);
    const client = await context.connect();
    await client.request('cdrom.insert', { machine: args.NAME, path });
    return { json: { path }, text: `Inserted ${path}.` };
  },
});

const cdromEject = defineVerb({
  words: ['cdrom', 'eject'],
  summary: 'Empties the CD drive.',
  args: [machineArgument],
  options: {},
  run: async ({ args }, context) => {
    const client = await context.connect();
    await client.request('cdrom.eject', { machine: args.NAME });
    return { json: { path: null }, text: 'The CD drive is empty.' };
  },
});

const nicLink = defineVerb({
  words: ['nic', 'link'],
  summary: 'Plugs the network cable in or out.',
  args: [machineArgument, { name: 'WAY', help: 'up or down' }],
  options: { nic: { value: 'ID', help: 'which network card, where there is more than one' } },
  run: async ({ args, options }, context) => {
    if (args.WAY !== 'up' && args.WAY !== 'down') {
      throw new UsageError(`'${args.WAY}' is not a way for a cable to be.`, "Give 'up' or 'down'.");
    }
    const client = await context.connect();
    const link = await client.request('nic.link', {
      machine: args.NAME,
      up: args.WAY === 'up',
      ...(options.nic === undefined ? {} : { nic: options.nic }),
    });
    return { json: link, text: `${link.nic} is ${link.up ? 'up' : 'down'}.` };
  },
});

export const deviceVerbs: readonly Verb[] = [
  memorySet,
  diskAttach,
  diskDetach,
  diskList,
  cdromInsert,
  cdromEject,
  nicLink,
];
