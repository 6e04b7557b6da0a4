import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KvmState } from './capabilities.ts';
import { jsonOption } from './command-line.ts';
import { TRIAL_PORT, TRIAL_VALUE, trialFirmware } from './kvm-trial.ts';

const TRIAL_TIMEOUT_MS = 3000;
/** isa-debug-exit ends QEMU with (value << 1) | 1. */
const TRIAL_EXIT_CODE = (TRIAL_VALUE << 1) | 1;

/** What the host itself says of KVM, apart from any trial: read live, since groups and modules change. */
export interface KvmHost {
  readonly architecture: string;
  readonly cpuInfo: string;
  /** How opening /dev/kvm went: null for well, else the error's code. */
  readonly openError: string | null;
}

export async function readKvmHost(): Promise<KvmHost> {
  const [cpuInfo, openError] = await Promise.all([readFile('/proc/cpuinfo', 'utf8'), tryOpen('/dev/kvm')]);
  return { architecture: process.arch, cpuInfo, openError };
}

/** Why KVM cannot work on this host, or null when only a trial can tell. */
export function kvmObstacle(host: KvmHost): KvmState | null {
  if (host.architecture !== 'x64') {
    return unusable(
      `This computer's processor (${host.architecture}) cannot run x86-64 guests with KVM.`,
      'Guests run under software emulation, which is slow. Use a computer with an Intel or AMD processor.',
    );
  }
  const flags = cpuFlags(host.cpuInfo);
  if (!flags.has('vmx') && !flags.has('svm')) {
    const inside = flags.has('hypervisor');
    const dead = host.openError === null ? ' /dev/kvm opens, but no guest would run on it.' : '';
    return unusable(
      inside
        ? `This computer is itself a virtual machine, and its processor shows no hardware virtualization (neither vmx nor svm).${dead}`
        : `The processor shows no hardware virtualization (neither vmx nor svm).${dead}`,
      inside
        ? 'Turn on nested virtualization for it on the computer that runs it.'
        : "Turn on Intel VT-x or AMD-V (SVM) in the computer's firmware set-up and restart it.",
    );
  }
  const module = flags.has('vmx') ? 'kvm_intel' : 'kvm_amd';
  switch (host.openError) {
    case null:
      return null;
    case 'EACCES':
    case 'EPERM':
      return unusable(
        'You may not use /dev/kvm.',
        'Join the group kvm, then log out and in again:\nsudo usermod -aG kvm "$USER"',
      );
    case 'ENOENT':
      return unusable(
        'There is no /dev/kvm: the kernel module is not loaded.',
        `Load it (if that fails, turn on virtualization in the firmware set-up):\nsudo modprobe ${module}`,
      );
    default:
      return unusable(
        `/dev/kvm cannot be opened (${host.openError}).`,
        `Turn on Intel VT-x or AMD-V in the firmware set-up, then load the module:\nsudo modprobe ${module}`,
      );
  }
}

export interface KvmTrial {
  readonly state: KvmState;
  /** False for what may pass by itself (memory, another hypervisor at work): to be tried again. */
  readonly lasting: boolean;
}

/**
 * Lets a tiny guest run and say so, under a hard time limit. Only this tells a KVM that works from one that opens and
 * hangs. `accelerator` is for tests: TCG runs the same guest.
 */
export async function tryKvm(
  binaryPath: string,
  {
    accelerator = 'kvm',
    timeoutMs = TRIAL_TIMEOUT_MS,
  }: { accelerator?: 'kvm' | 'tcg'; timeoutMs?: number } = {},
): Promise<KvmTrial> {
  const folder = await mkdtemp(join(tmpdir(), 'innkeeper-kvm-'));
  try {
    const firmware = join(folder, 'trial.bin');
    await writeFile(firmware, trialFirmware());
    const end = await runTrial(binaryPath, accelerator, firmware, timeoutMs);
    if (end.code === TRIAL_EXIT_CODE) {
      return { state: { usable: true, reason: null, remedy: null }, lasting: true };
    }
    if (end.timedOut) {
      return {
        state: unusable(
          `A trial guest hung: KVM opened, but ran nothing within ${timeoutMs / 1000} s.`,
          'If this computer is a virtual machine, its nested virtualization does not work: guests use software emulation.',
        ),
        lasting: true,
      };
    }
    const said = end.said === '' ? `QEMU ended with ${end.signal ?? `exit code ${end.code}`}` : end.said;
    return {
      state: unusable(
        `KVM did not run a trial guest: ${said}`,
        'Close VirtualBox or VMware if they run, and check again; inside a virtual machine, nested virtualization may not work.',
      ),
      lasting: false,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface TrialEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly said: string;
}

function runTrial(
  binaryPath: string,
  accelerator: string,
  firmware: string,
  timeoutMs: number,
): Promise<TrialEnd> {
  return new Promise((resolve) => {
    const child = spawn(
      binaryPath,
      [
        ...['-no-user-config', '-nodefaults', '-display', 'none', '-machine', 'q35', '-m', '16'],
        // The processor that guests get: under KVM the host's own.
        ...['-cpu', 'max'],
        ...['-accel', accelerator, '-bios', firmware, '-no-reboot'],
        ...jsonOption('-device', { driver: 'isa-debug-exit', iobase: TRIAL_PORT, iosize: 1 }),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, 2000);
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      // Not on 'close': a process that hangs in the kernel may take its time to die, or never do.
      child.unref();
      child.stderr.destroy();
      resolve({ code: null, signal: 'SIGKILL', timedOut: true, said: '' });
    }, timeoutMs);
    const end = (code: number | null, signal: string | null, message: string) => {
      clearTimeout(timer);
      resolve({ code, signal, timedOut: false, said: message });
    };
    child.once('error', (error) => end(null, null, error.message));
    child.once('close', (code, signal) => end(code, signal, said.trim().split('\n')[0] ?? ''));
  });
}

function cpuFlags(cpuInfo: string): Set<string> {
  const line = /^flags\s*:(.*)$/m.exec(cpuInfo)?.[1] ?? '';
  return new Set(line.trim().split(/\s+/));
}

async function tryOpen(path: string): Promise<string | null> {
  try {
    await (await open(path, constants.O_RDWR)).close();
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown error';
  }
}

function unusable(reason: string, remedy: string): KvmState {
  return { usable: false, reason, remedy };
}
