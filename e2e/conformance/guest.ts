import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { QXL_MEMORY } from '../../backend/devices/display/qemu.ts';
import { GuestAgent } from '../../backend/protocols/guest-agent/client.ts';
import { jsonOption, legacyOption } from '../../backend/qemu/command-line.ts';
import { launchQemu } from '../../backend/qemu/launch.ts';
import { killPid } from '../../backend/qemu/process.ts';
import { QmpClient } from '../../backend/qemu/qmp/client.ts';
import { freePort, TcpRelay } from '../fixtures/tcp-relay.ts';
import { type Picture, readPpm } from './picture.ts';

const BOOT_MS = 240_000;

export interface GuestOptions {
  readonly compression: string;
  /** Raw images; what the guest writes is thrown away. */
  readonly disks: readonly string[];
  readonly bus?: 'virtio' | 'ide';
  readonly memoryMib: number;
  readonly boot?: { readonly kernel: string; readonly initrd: string; readonly commandLine: string };
}

/** A real guest with QXL and SPICE, and an agent in it that runs commands. Several viewers may look at once. */
export class Guest implements AsyncDisposable {
  readonly folder: string;
  /** Leads to QEMU's TCP port, so that what it draws comes compressed. */
  readonly spiceSocket: string;
  readonly #qmp: QmpClient;
  readonly #agent: GuestAgent;
  readonly #end: () => Promise<void>;

  static async start(options: GuestOptions): Promise<Guest> {
    // spice-server's own switch for more than one client at a time (reds.cpp); QEMU inherits it.
    process.env.SPICE_DEBUG_ALLOW_MC = '1';
    const folder = await mkdtemp(join(tmpdir(), 'innkeeper-conformance-'));
    const at = (name: string): string => join(folder, name);
    const { boot } = options;
    const port = await freePort();
    const qemu = await launchQemu({
      binary: 'qemu-system-x86_64',
      args: [
        ...['-machine', 'q35,accel=tcg', '-smp', '2', '-m', String(options.memoryMib)],
        ...['-nodefaults', '-no-user-config', '-display', 'none'],
        ...legacyOption('-spice', null, {
          addr: '127.0.0.1',
          port: String(port),
          ipv4: 'on',
          'disable-ticketing': 'on',
          'image-compression': options.compression,
          'jpeg-wan-compression': 'never',
          'zlib-glz-wan-compression': 'never',
          'streaming-video': 'off',
        }),
        // With QEMU's own 64 MiB Xorg's driver may find none for its commands while clients are slow, and crash.
        ...jsonOption('-device', { driver: 'qxl-vga', id: 'video0', ...QXL_MEMORY }),
        ...options.disks.flatMap((file) =>
          legacyOption('-drive', null, { file, format: 'raw', if: options.bus ?? 'virtio', snapshot: 'on' }),
        ),
        ...(boot === undefined
          ? []
          : ['-kernel', boot.kernel, '-initrd', boot.initrd, '-append', boot.commandLine]),
        ...jsonOption('-device', { driver: 'virtio-serial-pci' }),
        ...legacyOption('-chardev', 'socket', { id: 'agent', path: at('agent'), server: 'on', wait: 'off' }),
        ...jsonOption('-device', {
          driver: 'virtserialport',
          chardev: 'agent',
          name: 'org.qemu.guest_agent.0',
        }),
        ...legacyOption('-qmp', `unix:${at('qmp')}`, { server: true, wait: false }),
      ],
      logFile: at('log'),
      pidFile: at('pid'),
      folder,
    });
    const relay = await TcpRelay.listen(at('spice'), port);
    // A timer, because waiting for `exited` keeps no process alive.
    const end = async (): Promise<void> => {
      killPid(qemu.pid, qemu.startTicks);
      await relay[Symbol.asyncDispose]();
      const alive = setInterval(() => undefined, 1000);
      await qemu.exited;
      clearInterval(alive);
      await rm(folder, { recursive: true, force: true });
    };
    try {
      const qmp = await QmpClient.connect({ path: at('qmp') });
      return new Guest(folder, qmp, await GuestAgent.connect({ path: at('agent') }), end);
    } catch (error) {
      await end();
      throw error;
    }
  }

  private constructor(folder: string, qmp: QmpClient, agent: GuestAgent, end: () => Promise<void>) {
    this.folder = folder;
    this.spiceSocket = join(folder, 'spice');
    this.#qmp = qmp;
    this.#agent = agent;
    this.#end = end;
  }

  /** Resolves when a shell command succeeds in the guest: it has come so far. */
  async until(command: string, withinMs = BOOT_MS): Promise<void> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const answer = await this.#agent
        .exec(['/bin/sh', '-c', command], { timeoutMs: 20_000 })
        .catch((error: unknown) => error);
      if (!(answer instanceof Error) && (answer as { exitCode: number | null }).exitCode === 0) return;
      if (performance.now() > deadline) throw new Error(`the guest never came to: ${command}`);
      await delay(200);
    }
  }

  /** Runs a shell command in the guest; what it printed. */
  async sh(command: string, timeoutMs = 120_000): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#agent.exec(['/bin/sh', '-c', command], { timeoutMs });
    if (exitCode !== 0)
      throw new Error(`in the guest: ${command}: ${exitCode} ${Buffer.from(stderr).toString()}`);
    return Buffer.from(stdout).toString();
  }

  /** QEMU's own picture of the screen. */
  async dump(): Promise<Picture> {
    const file = join(this.folder, 'dump.ppm');
    await this.#qmp.execute('screendump', { filename: file });
    return await readPpm(file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent[Symbol.asyncDispose]();
    await this.#qmp[Symbol.asyncDispose]();
    await this.#end();
  }
}
