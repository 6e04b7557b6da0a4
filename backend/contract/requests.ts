import { z } from 'zod';
import { agentAnswer, clipboardText, screenSize, viewerAgent } from './agent.ts';
import { diskBus, diskView, imageFormat } from './devices.ts';
import { hostReport } from './host.ts';
import { job } from './job.ts';
import { cpuCount, machineName, machineRef, machineState, machineView, memoryMiB } from './machine.ts';

const nothing = z.object({});
const machineOnly = z.strictObject({ machine: machineRef });
const filePath = z
  .string()
  .min(1, 'is empty; give the path of a file')
  .max(4096)
  .refine((path) => path.startsWith('/'), 'is not an absolute path')
  .refine((path) => !path.includes('\0'), 'has a NUL character');

/** Longest wait a request may ask for: one day, ms. */
const timeoutMs = z.int().min(1).max(86_400_000);

/** Most characters that are typed at once; at 30 to 80 a second that is two to eight minutes. */
export const MAX_TYPED = 10_000;

const newDisk = z.union([
  z.strictObject({ path: filePath, bus: diskBus.optional() }),
  /** A new, empty qcow2 image in the data folder. */
  z.strictObject({
    sizeBytes: z
      .int()
      .min(1024 * 1024, 'is below 1 MiB')
      .max(64 * 2 ** 40, 'is above 64 TiB'),
    bus: diskBus.optional(),
  }),
]);

/**
 * The one map of requests: what goes in, what comes out. Every transport serves exactly this.
 * Names are the CLI's and the screen's: `disk.attach` is `innkeeper disk attach` and the Attach button.
 */
export const requests = {
  'session.hello': {
    in: z.strictObject({ contractVersion: z.int() }),
    out: z.object({ contractVersion: z.int(), version: z.string(), pid: z.int(), startedAt: z.number() }),
  },
  'host.check': { in: z.strictObject({ fresh: z.boolean().optional() }), out: hostReport },
  /** Turns `host.figures` on or off for this connection. */
  'host.watch': { in: z.strictObject({ on: z.boolean() }), out: nothing },

  'machine.list': { in: z.strictObject({}), out: z.object({ machines: z.array(machineView) }) },
  'machine.show': { in: machineOnly, out: machineView },
  'machine.create': {
    in: z.strictObject({
      name: machineName,
      demo: z.boolean().optional(),
      memoryMiB: memoryMiB.optional(),
      cpus: cpuCount.optional(),
      cdrom: filePath.optional(),
      disks: z.array(newDisk).max(28).optional(),
      /** Start it once it is there. */
      start: z.boolean().optional(),
    }),
    out: machineView,
  },
  'machine.edit': {
    in: z.strictObject({
      machine: machineRef,
      name: machineName.optional(),
      memoryMiB: memoryMiB.optional(),
      cpus: cpuCount.optional(),
    }),
    out: machineView,
  },
  'machine.delete': {
    in: machineOnly,
    /** Until `undoUntil` (ms since the epoch) `machine.undelete` brings it back whole. */
    out: z.object({ machine: z.string(), name: z.string(), undoUntil: z.number() }),
  },
  'machine.undelete': { in: machineOnly, out: machineView },
  'machine.start': { in: machineOnly, out: machineView },
  'machine.stop': {
    in: z.strictObject({ machine: machineRef, force: z.boolean().optional() }),
    out: machineView,
  },
  /** Shut down by ACPI and start again; `force` resets at once. */
  'machine.restart': {
    in: z.strictObject({ machine: machineRef, force: z.boolean().optional() }),
    out: machineView,
  },
  'machine.pause': { in: machineOnly, out: machineView },
  'machine.resume': { in: machineOnly, out: machineView },
  'machine.wait': {
    in: z.strictObject({
      machine: machineRef,
      for: z.enum(['running', 'guest-ready', 'stopped']),
      timeoutMs,
    }),
    out: z.object({ state: machineState, guestReady: z.boolean() }),
  },
  /** Presses and releases the keys together; QEMU's QKeyCode names, for example ['ctrl', 'alt', 'delete']. */
  'machine.keys': {
    in: z.strictObject({
      machine: machineRef,
      keys: z
        .array(z.string().regex(/^[a-z0-9_]+$/))
        .min(1)
        .max(8),
    }),
    out: nothing,
  },
  /**
   * Types the text on the guest's keyboard, as keys of a US one; ends of lines become Enter. Nothing is typed when a
   * character is on none of its keys. Long texts are a job too, which can be cancelled.
   */
  'machine.type': {
    in: z.strictObject({
      machine: machineRef,
      text: z.string().min(1, 'is empty').max(MAX_TYPED, `is longer than ${MAX_TYPED} characters`),
      layout: z.enum(['us']).optional(),
    }),
    out: z.object({ characters: z.int() }),
  },
  /**
   * The guest's screen. `qmp` (the default): as QEMU's screendump gives it. `spice`: as our own viewer draws it, refused while
   * somebody looks at the screen, whose session it would end. `auto`: `spice` where that disturbs nobody, else `qmp`.
   */
  'machine.screenshot': {
    in: z.strictObject({
      machine: machineRef,
      via: z.enum(['qmp', 'spice', 'auto']).optional(),
      /** Scaled down to at most this width, pixels; for thumbnails. */
      maxWidth: z.int().min(16).max(4096).optional(),
    }),
    /** `png` is base64; `via`: the way that was taken. */
    out: z.object({ png: z.string(), width: z.int(), height: z.int(), via: z.enum(['qmp', 'spice']) }),
  },
  'machine.log': {
    in: z.strictObject({ machine: machineRef, maxBytes: z.int().min(1).max(1_048_576).optional() }),
    /** `events`: what Innkeeper saw of it. `qemu`: the end of QEMU's own log. */
    out: z.object({
      events: z.array(z.object({ at: z.number(), text: z.string() })),
      qemu: z.string(),
      path: z.string(),
    }),
  },
  /** One QMP command as is; the reply as QEMU gave it. */
  'machine.qmp': {
    in: z.strictObject({
      machine: machineRef,
      command: z.strictObject({
        execute: z.string().min(1),
        arguments: z.record(z.string(), z.unknown()).optional(),
      }),
    }),
    out: z.object({ return: z.unknown() }),
  },
  /** Runs a program in the guest through its guest agent. Output is base64. */
  'machine.exec': {
    in: z.strictObject({
      machine: machineRef,
      command: z.array(z.string()).min(1, 'is empty; give a command'),
      timeoutMs: timeoutMs.optional(),
    }),
    out: z.object({
      exitCode: z.int().nullable(),
      signal: z.int().nullable(),
      stdout: z.string(),
      stderr: z.string(),
      truncated: z.boolean(),
    }),
  },
  /** Turns `machine.figures` of this machine on or off for this connection. */
  'machine.watch': { in: z.strictObject({ machine: machineRef, on: z.boolean() }), out: nothing },

  /**
   * Asks the guest, by its SPICE agent, for a screen of that size. Answers the size that it has then: a guest may take another, or
   * none.
   */
  'display.resize': {
    in: z.strictObject({ machine: machineRef, ...screenSize }),
    out: z.object({ width: z.int(), height: z.int() }),
  },
  /** Whether text may cross between the guest's clipboard and the person's; off at first. */
  'clipboard.allow': { in: z.strictObject({ machine: machineRef, allowed: z.boolean() }), out: machineView },
  /** Puts text on the guest's clipboard, through its SPICE agent, until other text is copied there. */
  'clipboard.copy': { in: z.strictObject({ machine: machineRef, text: clipboardText }), out: nothing },
  /** What would be pasted in the guest. */
  'clipboard.paste': { in: machineOnly, out: z.object({ text: z.string() }) },
  /**
   * A viewer of this connection speaks with the machine's SPICE agent, of which it says this; null: no more. It is asked with
   * `viewer.asked` from now on.
   */
  'viewer.offer': {
    in: z.strictObject({ machine: machineRef, agent: viewerAgent.nullable() }),
    out: nothing,
  },
  'viewer.answer': { in: z.strictObject({ id: z.string(), answer: agentAnswer }), out: nothing },

  'memory.set': {
    in: z.strictObject({ machine: machineRef, memoryMiB }),
    out: z.object({ targetMiB: z.number(), actualMiB: z.number(), reached: z.boolean() }),
  },
  'disk.list': { in: machineOnly, out: z.object({ disks: z.array(diskView) }) },
  'disk.attach': {
    in: z.strictObject({
      machine: machineRef,
      path: filePath,
      bus: diskBus.optional(),
      readOnly: z.boolean().optional(),
    }),
    out: diskView,
  },
  'disk.detach': { in: z.strictObject({ machine: machineRef, disk: z.string().min(1) }), out: nothing },
  'cdrom.insert': { in: z.strictObject({ machine: machineRef, path: filePath }), out: nothing },
  'cdrom.eject': { in: machineOnly, out: nothing },
  'nic.link': {
    in: z.strictObject({ machine: machineRef, nic: z.string().optional(), up: z.boolean() }),
    out: z.object({ nic: z.string(), up: z.boolean() }),
  },
  /** Sets the guest's clock to the host's, through the guest agent. */
  'clock.set': { in: machineOnly, out: z.object({ driftMs: z.number() }) },

  /** What a file is, so that a drop can offer what fits. */
  'file.inspect': {
    in: z.strictObject({ path: filePath }),
    out: z.object({
      path: z.string(),
      kind: z.enum(['disk', 'cd']),
      format: imageFormat,
      sizeBytes: z.number(),
      /** Names of the machines that use it already. */
      usedBy: z.array(z.string()),
    }),
  },

  'job.list': { in: z.strictObject({}), out: z.object({ jobs: z.array(job) }) },
  'job.cancel': { in: z.strictObject({ job: z.string() }), out: nothing },

  /**
   * Opens the browser face on loopback; it closes with the connection that asked. `secret` (32 bytes, base64url) lets a
   * face that is opened again after a crash keep its cookies; without it a new one is made.
   */
  'face.open': {
    in: z.strictObject({
      port: z.int().min(0).max(65535).optional(),
      secret: z
        .string()
        .regex(/^[\w-]{43}$/)
        .optional(),
    }),
    out: z.object({ url: z.string(), port: z.int(), secret: z.string() }),
  },
  /** A new one-time URL of the face this connection opened. */
  'face.url': { in: z.strictObject({}), out: z.object({ url: z.string() }) },
  /** Ends the back end; guests go on. The next back end takes them over. */
  'session.retire': { in: z.strictObject({}), out: nothing },
} as const satisfies Record<string, { in: z.ZodType; out: z.ZodType }>;

export type Requests = typeof requests;
export type RequestName = keyof Requests;
export type RequestInput<N extends RequestName> = z.input<Requests[N]['in']>;
export type RequestParsed<N extends RequestName> = z.output<Requests[N]['in']>;
export type RequestOutput<N extends RequestName> = z.output<Requests[N]['out']>;
