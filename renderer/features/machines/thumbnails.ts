import { useEffect } from 'react';
import { create } from 'zustand';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { type Bridge, ConnectionLost, useBridge } from '../../bridge/bridge.ts';
import { livePicture } from '../../stores/live-pictures.ts';
import { machinesStore } from '../../stores/machines.ts';

interface Thumbnails {
  /** data: URLs by machine. */
  readonly pictures: ReadonlyMap<string, string>;
}

const thumbnailStore = create<Thumbnails>()(() => ({ pictures: new Map() }));

/** Milliseconds between two pictures of one machine. */
const EVERY_MS = 5000;
/** A guest that is well has answered by then, ms; QMP alone would wait for a QEMU that hangs ten times as long. */
const PATIENCE_MS = 3000;
/** Milliseconds for which a machine that gave no picture is left alone, so that the others' pictures do not wait for it. */
const LEFT_ALONE_MS = 30_000;
/** Twice the 56 px of the row, for sharp screens. */
const WIDTH = 112;

/** Rows in sight, and from when on each may be asked for. */
const inSight = new Map<string, number>();
let timer: ReturnType<typeof setTimeout> | null = null;
let isAsking = false;

/** A halted guest's screen does not change: one picture is enough. */
function wants(id: string): boolean {
  const state = machinesStore.getState().byId.get(id)?.state;
  if (state === 'paused' || state === 'suspended') return !thumbnailStore.getState().pictures.has(id);
  return state === 'running';
}

async function picture(bridge: Bridge, machine: string): Promise<string> {
  const { png } = await bridge.request(
    'machine.screenshot',
    { machine, via: 'auto', maxWidth: WIDTH },
    AbortSignal.timeout(PATIENCE_MS),
  );
  return `data:image/png;base64,${png}`;
}

/** The one that has been due for longest; null: none is. */
function longestDue(now: number): string | null {
  let next: string | null = null;
  let oldest = now;
  for (const [id, at] of inSight) {
    if (!wants(id)) {
      // When it runs again its picture is wanted at once.
      inSight.set(id, 0);
    } else if (at <= oldest) {
      next = id;
      oldest = at;
    }
  }
  return next;
}

/**
 * One at a time, the longest unseen first: twenty running guests are not asked all at once. A screen that is open here
 * is taken as it is shown; the others' are drawn by the back end.
 */
async function askNext(bridge: Bridge): Promise<void> {
  timer = null;
  if (isAsking) return;
  const next = document.visibilityState === 'visible' ? longestDue(Date.now()) : null;
  if (next !== null) {
    isAsking = true;
    let dueAt = Date.now() + EVERY_MS;
    try {
      const url = livePicture(next, WIDTH) ?? (await picture(bridge, next));
      thumbnailStore.setState(({ pictures }) => ({ pictures: new Map(pictures).set(next, url) }));
    } catch (error) {
      // A guest that has just stopped, or a lost connection, has no picture: the old one stays until the next try.
      if (!(error instanceof ConnectionLost)) dueAt = Date.now() + LEFT_ALONE_MS;
    } finally {
      isAsking = false;
    }
    if (inSight.has(next)) inSight.set(next, dueAt);
  }
  schedule(bridge, next === null ? 500 : 50);
}

function schedule(bridge: Bridge, ms: number): void {
  if (timer === null && inSight.size > 0) timer = setTimeout(() => void askNext(bridge), ms);
}

/** Keeps the picture of a machine fresh until it is called off. */
export function keepFresh(bridge: Bridge, id: string): () => void {
  inSight.set(id, 0);
  schedule(bridge, 50);
  return () => {
    inSight.delete(id);
  };
}

/** The picture of a machine, kept fresh while this row is drawn; undefined: none yet. */
export function useThumbnail({ id }: MachineView): string | undefined {
  const bridge = useBridge();
  useEffect(() => keepFresh(bridge, id), [bridge, id]);
  return thumbnailStore(({ pictures }) => pictures.get(id));
}
