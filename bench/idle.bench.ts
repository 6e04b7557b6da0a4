import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startDemo } from '../e2e/fixtures/demo.ts';
import { Home } from '../e2e/fixtures/home.ts';
import { note, report } from './report.ts';

/**
 * What the back end takes while ten guests idle: demo guests, booted, at their prompts, agent and ready channel connected,
 * and no face watching. Measured as the process's own CPU time over half a minute, once as the parent of its guests and
 * once after a restart, when it has taken them over and must look itself whether they still live.
 */
const GUESTS = 10;
const SECONDS = 30;
/** USER_HZ, the unit of /proc/PID/stat, on every Linux that runs KVM guests (proc(5)). */
const TICKS_PER_SECOND = 100;

function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Percent of one core, and what it holds in the end, of several processes at the same time. */
async function measure(pids: readonly number[]): Promise<{ percent: number; mib: number }[]> {
  const before = pids.map(cpuTicks);
  const started = performance.now();
  await delay(SECONDS * 1000);
  const seconds = (performance.now() - started) / 1000;
  return pids.map((pid, n) => ({
    percent: ((cpuTicks(pid) - (before[n] ?? 0)) / TICKS_PER_SECOND / seconds) * 100,
    mib: residentMiB(pid),
  }));
}

function backendOf(home: Home): number {
  const pid = home.backendPid();
  if (pid === null) throw new Error('no back end runs');
  return pid;
}

await using home = await Home.open();
for (let n = 0; n < GUESTS; n += 1) {
  await startDemo(home, `idle${n}`, ['--memory', '192M', '--cpus', '1']);
  note(`${n + 1} of ${GUESTS} guests are ready`);
}
const bare = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 2 ** 30)'], { stdio: 'ignore' });
try {
  if (bare.pid === undefined) throw new Error('Node does not start');
  // What booting set off has an end.
  await delay(10_000);
  const [ours, peer] = await measure([backendOf(home), bare.pid]);
  await home.endBackend();
  const { machines } = await home.answer('machine.list', 'list');
  if (machines.filter((machine) => machine.state === 'running').length !== GUESTS)
    throw new Error('a guest is lost');
  await delay(10_000);
  const [again, peerAgain] = await measure([backendOf(home), bare.pid]);
  if (!ours || !peer || !again || !peerAgain) throw new Error('nothing was measured');
  const peerName = 'a Node process that does nothing';
  const of = `${GUESTS} idle demo guests`;
  report({
    what: `back end’s CPU, ${of}`,
    ours: ours.percent,
    peer: peer.percent,
    unit: '%',
    peerName,
    aim: '< 2 % of a core',
  });
  report({
    what: `back end’s CPU, ${of} taken over`,
    ours: again.percent,
    peer: peerAgain.percent,
    unit: '%',
    peerName,
    aim: '< 2 % of a core',
  });
  report({ what: `back end’s memory, ${of}`, ours: ours.mib, peer: peer.mib, unit: 'MiB', peerName });
} finally {
  bare.kill('SIGKILL');
  await once(bare, 'exit');
}
