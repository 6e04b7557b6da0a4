import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../fixtures/run.ts';
import { coloursOf, differing, type Picture, readPpm } from './picture.ts';
import type { Viewer } from './viewer.ts';

/** One line of the table; `differing` is null where nothing could be compared, and `note` says why. */
export interface Row {
  readonly what: string;
  readonly mode: string;
  readonly differing: number | null;
  readonly oracle: string;
  readonly note?: string;
  /** What came over the wire for it. */
  readonly drawn?: string;
}

/** What can be looked at from outside. */
export interface Screen {
  readonly folder: string;
  readonly spiceSocket: string;
  dump(): Promise<Picture>;
}

const REST_MS = 400;
const REST_WITHIN_MS = 30_000;

/**
 * Waits until neither our picture nor QEMU's changes any more, whether they are the same or not, then compares: with
 * screendump, and with what spice-gtk draws when it connects now. `leastColours`: fewer mean that the scene did not show.
 */
export async function compare(
  screen: Screen,
  viewer: Viewer,
  what: string,
  mode: string,
  options: { readonly leastColours: number; readonly spiceGtk: boolean },
): Promise<Row[]> {
  let ours = viewer.picture();
  let theirs = await screen.dump();
  const deadline = performance.now() + REST_WITHIN_MS;
  for (let restSince = performance.now(); performance.now() - restSince < REST_MS; ) {
    await delay(100);
    const [nowOurs, nowTheirs] = [viewer.picture(), await screen.dump()];
    const moves = differing(ours, nowOurs) > 0 || differing(theirs, nowTheirs) > 0;
    const shows = coloursOf(nowTheirs, options.leastColours) >= options.leastColours;
    if (moves || !shows) restSince = performance.now();
    [ours, theirs] = [nowOurs, nowTheirs];
    if (performance.now() > deadline) {
      const note = shows ? 'the guest’s screen never came to rest' : 'the guest does not show the scene';
      return [{ what, mode, differing: null, oracle: 'screendump', note }];
    }
  }
  const rows: Row[] = [{ ...row(what, mode, 'screendump', ours, theirs), drawn: viewer.takeCounts() }];
  if (options.spiceGtk) rows.push(await compareSpiceGtk(screen, ours, what, mode));
  return rows;
}

async function compareSpiceGtk(screen: Screen, ours: Picture, what: string, mode: string): Promise<Row> {
  const oracle = 'spice-gtk';
  const file = join(screen.folder, 'spicy.ppm');
  const args = [`--uri=spice+unix://${screen.spiceSocket}`, '-o', file];
  try {
    const { code, stderr } = await run('spicy-screenshot', args, { timeoutMs: 30_000 });
    if (code !== 0)
      return { what, mode, differing: null, oracle, note: `exit ${code}: ${stderr.slice(-120)}` };
    return row(what, mode, oracle, ours, await readPpm(file));
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const note = missing ? 'spicy-screenshot is not installed' : String(error);
    return { what, mode, differing: null, oracle, note };
  }
}

function row(what: string, mode: string, oracle: string, ours: Picture, theirs: Picture): Row {
  const same = ours.width === theirs.width && ours.height === theirs.height;
  const sizes = `ours ${ours.width}×${ours.height}, theirs ${theirs.width}×${theirs.height}`;
  return { what, mode, oracle, differing: differing(ours, theirs), ...(same ? {} : { note: sizes }) };
}
