import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonOption, legacyOption } from '../../../qemu/command-line.ts';
import { type LaunchedQemu, launchQemu } from '../../../qemu/launch.ts';
import { killPid } from '../../../qemu/process.ts';
import { QmpClient } from '../../../qemu/qmp/client.ts';

/**
 * A guest of 39 bytes: mode 13h (320×200, no text cursor that blinks), a pattern of all 256 colours, then every key that is typed goes
 * to the debug console as what the BIOS makes of it.
 */
const BOOT_SECTOR = Uint8Array.of(
  ...[0xfc, 0xb8, 0x13, 0x00, 0xcd, 0x10], // cld; mov ax, 13h; int 10h
  ...[0xb8, 0x00, 0xa0, 0x8e, 0xc0, 0x31, 0xff], // mov ax, A000h; mov es, ax; xor di, di
  ...[0xb9, 0x00, 0xfa, 0xaa, 0x40, 0xe2, 0xfc], // mov cx, 64000; again: stosb; inc ax; loop again
  ...[0x30, 0xe4, 0xcd, 0x16, 0xe6, 0xe9, 0xeb, 0xf8], // next: xor ah, ah; int 16h; out E9h, al; jmp next
);

/** For tests: a real QEMU with QXL and SPICE that shows a still picture in a second and says what was typed. */
export class TinyGuest implements AsyncDisposable {
  readonly qmp: QmpClient;
  readonly #folder: string;
  readonly #qemu: LaunchedQemu;

  static async start(options: { password?: string; compression?: string } = {}): Promise<TinyGuest> {
    const folder = await mkdtemp(join(tmpdir(), 'innkeeper-tiny-'));
    const disk = new Uint8Array(512);
    disk.set(BOOT_SECTOR);
    disk.set([0x55, 0xaa], 510);
    await writeFile(join(folder, 'disk'), disk);
    const ticket =
      options.password === undefined ? { 'disable-ticketing': 'on' } : { 'password-secret': 'ticket' };
    const qemu = await launchQemu({
      binary: 'qemu-system-x86_64',
      args: [
        ...['-machine', 'pc,accel=tcg', '-m', '32', '-nodefaults', '-no-user-config', '-display', 'none'],
        ...jsonOption('-object', { 'qom-type': 'secret', id: 'ticket', data: options.password ?? '' }),
        ...legacyOption('-spice', null, {
          unix: 'on',
          addr: join(folder, 'spice'),
          'image-compression': options.compression ?? 'off',
          'streaming-video': 'off',
          ...ticket,
        }),
        ...jsonOption('-device', { driver: 'qxl-vga', id: 'video0' }),
        ...legacyOption('-drive', null, {
          file: join(folder, 'disk'),
          format: 'raw',
          if: 'ide',
          'read-only': 'off',
        }),
        ...legacyOption('-chardev', 'file', { id: 'typed', path: join(folder, 'typed') }),
        ...legacyOption('-device', 'isa-debugcon', { iobase: '0xe9', chardev: 'typed' }),
        ...legacyOption('-qmp', `unix:${join(folder, 'qmp')}`, { server: true, wait: false }),
      ],
      logFile: join(folder, 'log'),
      pidFile: join(folder, 'pid'),
      folder,
    });
    return new TinyGuest(folder, qemu, await QmpClient.connect({ path: join(folder, 'qmp') }));
  }

  private constructor(folder: string, qemu: LaunchedQemu, qmp: QmpClient) {
    this.#folder = folder;
    this.#qemu = qemu;
    this.qmp = qmp;
  }

  /** Path of its SPICE server's socket. */
  get socket(): string {
    return join(this.#folder, 'spice');
  }

  /** A fresh connection to its SPICE server. */
  connect(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ path: this.socket, allowHalfOpen: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(socket);
      });
    });
  }

  /** All keys that the guest has read, as characters. */
  typed(): Promise<string> {
    return readFile(join(this.#folder, 'typed'), 'latin1');
  }

  /** QEMU's own picture: width, height and RGB bytes. */
  async dump(): Promise<{ readonly width: number; readonly height: number; readonly rgb: Uint8Array }> {
    const file = join(this.#folder, 'dump.ppm');
    await this.qmp.execute('screendump', { filename: file });
    const bytes = await readFile(file);
    const [header = '', width, height] =
      /^P6\s(\d+) (\d+)\s255\s/.exec(bytes.toString('latin1', 0, 64)) ?? [];
    return {
      width: Number(width),
      height: Number(height),
      rgb: new Uint8Array(bytes.subarray(header.length)),
    };
  }

  kill(): void {
    killPid(this.#qemu.pid, this.#qemu.startTicks);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.#qemu.exited;
    await this.qmp[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
