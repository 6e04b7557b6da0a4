import { CHANNEL } from '../../renderer/spice/protocol/constants.ts';
import { cursorRows } from './draw-cursors.ts';
import { Dictionary } from './draw-images.ts';
import { DrawPair } from './draw-pair.ts';
import { drawScenes, type Scene } from './draw-scenes.ts';
import { streamRows } from './draw-streams.ts';
import type { Row } from './oracles.ts';
import { ensureReferenceClient } from './reference/build.ts';

const ORACLE = 'spice-gtk';
const FAILED = 90 * 70;

/**
 * Every drawing there is, from a server of ours: our viewer and spice-gtk's client take the same bytes, and no pixel may differ. A row for
 * each group of sequences; its note names the first sequence that differs.
 */
export async function drawRows(report: (row: Row) => void): Promise<void> {
  try {
    await ensureReferenceClient();
  } catch (error) {
    report({ what: 'every drawing', mode: '–', differing: null, oracle: ORACLE, note: String(error) });
    return;
  }
  let pair: DrawPair | null = null;
  const dictionary = new Dictionary();
  try {
    for (const scene of drawScenes(dictionary)) {
      pair ??= await DrawPair.open();
      const row = await play(pair, scene);
      report(row);
      if (row.differing !== null && row.differing !== FAILED) continue;
      await pair[Symbol.asyncDispose]();
      pair = null;
      dictionary.reset();
    }
    pair ??= await DrawPair.open();
    await cursorRows(pair, report);
  } finally {
    await pair?.[Symbol.asyncDispose]();
  }
  await streamRows(report);
}

async function play(pair: DrawPair, { what, mode, sequences }: Scene): Promise<Row> {
  let differing = 0;
  let messages = 0;
  let count = 0;
  let note = '';
  for (const { name, messages: all, surfaces = [0] } of sequences) {
    try {
      await pair.send(CHANNEL.display, all);
      const found = await pair.compare();
      differing += found.differing;
      if (found.differing > 0) note ||= `${name}: ${found.first}`;
      await pair.clear(surfaces);
    } catch (error) {
      const { ours, note: why } = await pair.whoFailed();
      // Where we fail, all of a picture is wrong; where spice-gtk does, nothing could be compared.
      const pixels = ours ? FAILED : null;
      return { what, mode, differing: pixels, oracle: ORACLE, note: `${name}: ${String(error)}; ${why}` };
    }
    messages += all.length;
    count += 1;
  }
  const drawn = `${count} sequences, ${messages} messages`;
  return { what, mode, differing, oracle: ORACLE, drawn, ...(note === '' ? {} : { note }) };
}
