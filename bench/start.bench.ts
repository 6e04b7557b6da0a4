import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineRuntime } from '../backend/store/paths.ts';
import { Home } from '../e2e/fixtures/home.ts';
import { median, note, report } from './report.ts';

/**
 * What `machine.start` costs on top of QEMU itself, to the first guest instruction: the request over the back end's
 * socket, against the command line of that very machine run bare. Bare means without -S, so it needs nobody to say `cont`,
 * and with nobody connected to its sockets.
 *
 * The mark: SeaBIOS writes its banner to I/O port 0x402 as one of the first things it does (its src/output.c,
 * debug_banner), some hundred microseconds of guest time after the reset vector. Both sides get a device on that port, by
 * one and the same wrapper in QEMU's place, whose socket we listen on: its first byte is the mark. So the figures hold the
 * wrapper's few milliseconds on both sides alike.
 */
const PAIRS = 11;

const folder = await mkdtemp(join(tmpdir(), 'innkeeper-bench-'));
const markPath = join(folder, 'mark.sock');
let onMark: () => void = () => undefined;
const server = createServer((socket) => {
  socket.once('data', () => onMark());
  socket.on('error', () => socket.destroy());
});
server.listen(markPath);
await once(server, 'listening');

/** Milliseconds from just before `begin` to the mark. */
async function untilMark(begin: () => unknown): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const started = performance.now();
  onMark = () => resolve(performance.now() - started);
  begin();
  return await promise;
}

const real = execFileSync('sh', ['-c', 'command -v qemu-system-x86_64'], { encoding: 'utf8' }).trim();
const wrapper = join(folder, 'qemu');
await writeFile(
  wrapper,
  `#!/bin/sh
case " $* " in
  *" -uuid "*) exec ${real} "$@" -chardev socket,id=mark,path=${markPath} -device isa-debugcon,iobase=0x402,chardev=mark ;;
esac
exec ${real} "$@"
`,
);
await chmod(wrapper, 0o755);

try {
  await using home = await Home.open({ env: { INNKEEPER_QEMU: wrapper } });
  await home.ok('create', 'bench', '--memory', '512M', '--cpus', '2', '--disk', '64M');
  await using client = await home.connect();

  const startOurs = async (): Promise<{ ms: number; args: string[] }> => {
    let answered: Promise<{ pid: number | null }> | undefined;
    const ms = await untilMark(() => {
      answered = client.request('machine.start', { machine: 'bench' });
    });
    const pid = (await answered)?.pid;
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(1, -1);
    await client.request('machine.stop', { machine: 'bench', force: true });
    return { ms, args };
  };
  /** Its sockets are made where the machine's are, in the folder that is gone while it is off. */
  const startBare = async (args: readonly string[]): Promise<number> => {
    const { id } = await client.request('machine.show', { machine: 'bench' });
    const runtime = machineRuntime(home.folders, id).folder;
    await mkdir(runtime, { recursive: true, mode: 0o700 });
    let child: ReturnType<typeof spawn> | undefined;
    const ms = await untilMark(() => {
      child = spawn(wrapper, args, { stdio: 'ignore' });
    });
    child?.kill('SIGKILL');
    if (child !== undefined) await once(child, 'exit');
    await rm(runtime, { recursive: true, force: true });
    return ms;
  };

  // The first of each fills the page cache and the back end's probe of QEMU; it does not count.
  const { args } = await startOurs();
  const marker = args.indexOf('-chardev', args.length - 4);
  const bare = args.slice(0, marker).filter((word) => word !== '-S');
  await startBare(bare);
  const ours: number[] = [];
  const peer: number[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    if (pair % 2 === 0) ours.push((await startOurs()).ms);
    peer.push(await startBare(bare));
    if (pair % 2 === 1) ours.push((await startOurs()).ms);
  }
  note(`ours ${ours.map(Math.round).join(' ')} ms, bare ${peer.map(Math.round).join(' ')} ms`);
  note(`on top: ${(median(ours) - median(peer)).toFixed(0)} ms, aim under 150 ms`);
  report({
    what: 'start to the first guest instruction',
    ours: median(ours),
    peer: median(peer),
    unit: 'ms',
    peerName: 'the bare QEMU command of the same machine',
    aim: '< 150 ms on top',
  });
} finally {
  server.close();
  await rm(folder, { recursive: true, force: true });
}
