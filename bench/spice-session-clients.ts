// The three clients that tapes are played to, and what each of them takes.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ReferenceClient } from '../e2e/conformance/reference/reference-client.ts';
import type { Stage, StageClient } from '../e2e/replay/stage.ts';

export interface Client extends AsyncDisposable {
  readonly name: string;
  /** Connects to a server; resolves when its first picture is there. */
  open(spiceSocket: string): Promise<void>;
  close(): Promise<void>;
  /** Of all its processes since they began, s. */
  cpuSeconds(): Promise<number>;
  /** Tasks over 50 ms of the thread that also serves the person, since last asked; null where there is no such thread to ask. */
  longTasks(): Promise<readonly number[] | null>;
  /** Of the process that draws, MiB. */
  residentMib(): Promise<number>;
}

const processesShape = z.object({
  processInfo: z.array(z.object({ type: z.string(), id: z.number(), cpuTime: z.number() })),
});

/** A viewer in Chromium. `stage` stays its owner's. */
export async function browserClient(name: string, kind: StageClient, stage: Stage): Promise<Client> {
  const tools = await stage.browser.newBrowserCDPSession();
  const processes = async () =>
    processesShape.parse(await tools.send('SystemInfo.getProcessInfo')).processInfo;
  return {
    name,
    open: (spiceSocket) => stage.open(kind, spiceSocket),
    close: () => stage.close(),
    cpuSeconds: async () => (await processes()).reduce((sum, { cpuTime }) => sum + cpuTime, 0),
    longTasks: () => stage.takeLongTasks(),
    residentMib: async () =>
      (await processes())
        .filter(({ type }) => type === 'renderer')
        .reduce((most, { id }) => Math.max(most, residentMib(id)), 0),
    [Symbol.asyncDispose]: () => tools.detach(),
  };
}

/** spice-gtk without a window: it decodes and draws, and shows nothing. */
export function gtkClient(): Client {
  let client: ReferenceClient | null = null;
  const pid = (): number => {
    if (client === null) throw new Error('spice-gtk is not connected');
    return client.pid;
  };
  const close = async (): Promise<void> => {
    await client?.[Symbol.asyncDispose]();
    client = null;
  };
  return {
    name: 'spice-gtk',
    open: async (spiceSocket) => {
      client = await ReferenceClient.connect(spiceSocket);
    },
    close,
    cpuSeconds: async () => cpuSecondsOf(pid()),
    longTasks: async () => null,
    residentMib: async () => residentMib(pid()),
    [Symbol.asyncDispose]: close,
  };
}

function residentMib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** USER_HZ, the unit of /proc/PID/stat, is 100 on every Linux that runs KVM guests (proc(5)). */
function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
