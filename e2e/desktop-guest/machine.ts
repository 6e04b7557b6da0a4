import { link } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Home } from '../fixtures/home.ts';
import { sharedCache } from '../fixtures/places.ts';
import { run } from '../fixtures/run.ts';
import { ensureDesktopImage } from './image.ts';

/** Xorg and a window manager take their time under software emulation. */
const READY_TIMEOUT = '240s';
/** Linux, input-event-codes.h; its codes 0 and 1 are ABS_X and ABS_Y. */
const EV_ABS = 3;

/** The desktop guest as a machine of Innkeeper that runs and has said that its desktop is up. What it writes goes with the home. */
export class DesktopMachine {
  readonly name: string;
  readonly #home: Home;

  private constructor(home: Home, name: string) {
    this.#home = home;
    this.name = name;
  }

  static async start(home: Home, name = 'desktop'): Promise<DesktopMachine> {
    const { disk } = await ensureDesktopImage(sharedCache);
    const base = join(home.path, 'desktop.raw');
    // An image may lean only on files of its own folder, and the cached one stays as it is.
    await link(disk, base).catch(() => must('cp', ['--sparse=always', disk, base]));
    const overlay = join(dirname(base), 'desktop.qcow2');
    await must('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', 'desktop.raw', overlay]);
    await home.ok('create', name, '--disk', overlay, '--memory', '1G', '--cpus', '2');
    await home.ok('start', name);
    await home.ok('wait', name, '--for', 'guest-ready', '--timeout', READY_TIMEOUT);
    return new DesktopMachine(home, name);
  }

  /** Runs a shell command on the guest's desktop: what it said. What runs on must not hold its output. */
  async sh(command: string): Promise<string> {
    return await this.#home.inGuest(this.name, `export DISPLAY=:0; ${command}`);
  }

  /** 'WIDTHxHEIGHT' of the guest's screen, as its own X server has it. */
  async resolution(): Promise<string> {
    return await this.sh("xdpyinfo | sed -n 's/ *dimensions: *\\([0-9x]*\\).*/\\1/p'");
  }

  async copy(text: string): Promise<void> {
    await this.sh(`printf %s ${quoted(text)} | xclip -selection clipboard -i > /dev/null 2>&1`);
  }

  /** What would be pasted in the guest; empty where there is nothing. */
  async paste(): Promise<string> {
    return await this.sh('timeout 5 xclip -selection clipboard -o 2> /dev/null || true');
  }

  /** Keeps what the agent's own pointing device reports from now on. The agent makes it anew for every viewer and size. */
  async watchPointer(): Promise<void> {
    const find =
      "for e in /sys/class/input/event*; do grep -q 'vdagent tablet' $e/device/name && d=$(basename $e); done";
    await this.sh(`pkill -x cat; ${find}; cat /dev/input/$d > /tmp/pointer 2> /dev/null &`);
  }

  /** The guest pixel that the agent pointed at last; `struct input_event` of 24 bytes (Linux, input.h). */
  async pointer(): Promise<{ x: number; y: number }> {
    const lines = (await this.sh('tail -c 2400 /tmp/pointer | od -An -v -tx1 -w24')).split('\n');
    const at = { x: Number.NaN, y: Number.NaN };
    for (const line of lines) {
      const event = Buffer.from(line.replaceAll(' ', ''), 'hex');
      if (event.length < 24 || event.readUInt16LE(16) !== EV_ABS) continue;
      if (event.readUInt16LE(18) === 0) at.x = event.readInt32LE(20);
      if (event.readUInt16LE(18) === 1) at.y = event.readInt32LE(20);
    }
    return at;
  }

  /** Where Xorg has it. */
  async pointerOnScreen(): Promise<{ x: number; y: number }> {
    const [, x, y] = /x:(\d+) y:(\d+)/.exec(await this.sh('xdotool getmouselocation')) ?? [];
    return { x: Number(x), y: Number(y) };
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

async function must(program: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(program, args, { timeoutMs: 300_000 });
  if (code !== 0) throw new Error(`${program} failed (${code}): ${stderr}`);
}
