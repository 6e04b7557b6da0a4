import { useEffect } from 'react';
import { create } from 'zustand';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { type Bridge, useBridge } from '../../bridge/bridge.ts';
import { livePicture } from '../../stores/live-pictures.ts';
import { machinesStore } from '../../stores/machines.ts';

interface Thumbnails {
  /** data: URLs by machine. */
  readonly pictures: ReadonlyMap<string, string>;
}

const thumbnailStore = create<Thumbnails>()(() => ({ pictures: new Map() }));

/** Milliseconds between two pictures of one machine. */
const EVERY_MS = 5000;
/** Twice the 56 px of the row, for sharp screens. */
const WIDTH = 112;

/** Rows in sight, and when each was last asked for. */
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
  const { png } = await bridge.request('machine.screenshot', { machine, via: 'auto', maxWidth: WIDTH });
  return `data:image/png;base64,${png}`;
}

/**
 * One at a time, the longest unseen first: twenty running guests are not asked all at once. A screen that is open here
 * is taken as it is shown; the others' are drawn by the back end.
 */
async function askNext(bridge: Bridge): Promise<void> {
  timer = null;
  if (isAsking) return;
  const now = Date.now();
  let next: string | null = null;
  let oldest = now - EVERY_MS;
  if (document.visibilityState === 'visible') {
    for (const [id, at] of inSight) {
      if (at <= oldest && wants(id)) {
        next = id;
        oldest = at;
      }
    }
  }
  if (next !== null) {
    const id = next;
    inSight.set(id, now);
    isAsking = true;
    try {
      const url = livePicture(id, WIDTH) ?? (await picture(bridge, id));
      thumbnailStore.setState(({ pictures }) => ({ pictures: new Map(pictures).set(id, url) }));
    } catch {
      // A guest that has just stopped, or a lost connection, has no picture: the old one stays until the next try.
    } finally {
      isAsking = false;
    }
  }
  schedule(bridge, next === null ? 500 : 50);
}

function schedule(bridge: Bridge, ms: number): void {
  if (timer === null && inSight.size > 0) timer = setTimeout(() => void askNext(bridge), ms);
}

/** The picture of a machine, kept fresh while this row is drawn; undefined: none yet. */
export function useThumbnail({ id }: MachineView): string | undefined {
  const bridge = useBridge();
  useEffect(() => {
    inSight.set(id, 0);
    schedule(bridge, 50);
    return () => {
      inSight.delete(id);
    };
  }, [bridge, id]);
  return thumbnailStore(({ pictures }) => pictures.get(id));
}
