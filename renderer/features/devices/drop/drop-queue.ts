import { create } from 'zustand';
import { Fault } from '../../../../backend/contract/fault.ts';
import type { RequestOutput } from '../../../../backend/contract/requests.ts';
import type { Bridge } from '../../../bridge/bridge.ts';

export type Inspected = RequestOutput<'file.inspect'>;

export type DropPhase =
  | { readonly name: 'waiting' }
  | { readonly name: 'copying'; readonly share: number | null }
  | { readonly name: 'looking' }
  | { readonly name: 'offer'; readonly file: Inspected }
  | { readonly name: 'failed'; readonly fault: Fault };

/** A file that somebody gave to a machine and that waits for what to do with it. */
export interface DroppedFile {
  readonly id: number;
  readonly machine: string;
  readonly name: string;
  /** In a browser a dropped file has no path on the host until it was copied there. */
  readonly source: { readonly file: File } | { readonly path: string };
  readonly phase: DropPhase;
}

interface DropQueue {
  /** The first is asked about; the others wait. */
  readonly files: readonly DroppedFile[];
  /** How many came since the queue was last empty. */
  readonly total: number;
}

export const dropQueue = create<DropQueue>()(() => ({ files: [], total: 0 }));

let serial = 0;

function isSame(a: DroppedFile, machine: string, source: DroppedFile['source']): boolean {
  if (a.machine !== machine) return false;
  if ('path' in source) return 'path' in a.source && a.source.path === source.path;
  if (!('file' in a.source)) return false;
  const [one, other] = [a.source.file, source.file];
  return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
}

/** Adds files to the queue; one that waits in it already is not added again. */
export function enqueue(bridge: Bridge, machine: string, sources: readonly DroppedFile['source'][]): void {
  for (const source of sources) {
    const { files, total } = dropQueue.getState();
    if (files.some((waiting) => isSame(waiting, machine, source))) continue;
    serial += 1;
    const name = 'file' in source ? source.file.name : (source.path.split('/').at(-1) ?? source.path);
    const added: DroppedFile = { id: serial, machine, name, source, phase: { name: 'waiting' } };
    dropQueue.setState({ files: [...files, added], total: files.length === 0 ? 1 : total + 1 });
  }
  void prepareFirst(bridge);
}

function setPhase(id: number, phase: DropPhase): void {
  dropQueue.setState(({ files }) => ({
    files: files.map((file) => (file.id === id ? { ...file, phase } : file)),
  }));
}

/** Copies (in a browser) and inspects the file at the head, once. */
async function prepareFirst(bridge: Bridge): Promise<void> {
  const [first] = dropQueue.getState().files;
  if (first === undefined || first.phase.name !== 'waiting') return;
  const { id, source } = first;
  try {
    let path: string;
    if ('path' in source) path = source.path;
    else {
      setPhase(id, { name: 'copying', share: null });
      path = await bridge.pathOf(source.file, (share) => setPhase(id, { name: 'copying', share }));
    }
    setPhase(id, { name: 'looking' });
    setPhase(id, { name: 'offer', file: await bridge.request('file.inspect', { path }) });
  } catch (thrown) {
    setPhase(id, { name: 'failed', fault: Fault.from(thrown) });
  }
}

/** Tries again what failed. */
export function retryFirst(bridge: Bridge, id: number): void {
  setPhase(id, { name: 'waiting' });
  void prepareFirst(bridge);
}

/** Done with a file, or not wanted: the next one comes up. */
export function dequeue(bridge: Bridge, id: number): void {
  dropQueue.setState(({ files, total }) => {
    const left = files.filter((file) => file.id !== id);
    return { files: left, total: left.length === 0 ? 0 : total };
  });
  void prepareFirst(bridge);
}

export function dequeueAll(): void {
  dropQueue.setState({ files: [], total: 0 });
}
