// Draws real guests with our viewer's core and compares each pixel with QEMU's own picture and with spice-gtk's.
// `node e2e/conformance/conformance.ts [SUITE…]` prints one line of JSON for each row; see scripts/conformance.mjs.

import { demoRows } from './demo.ts';
import { desktopRows } from './desktop.ts';
import { drawRows } from './draw.ts';
import type { Row } from './oracles.ts';
import { recordedRows } from './recorded.ts';
import { videoRows } from './recorded-video.ts';
import { stillRows } from './still.ts';

const suites: Readonly<Record<string, (report: (row: Row) => void) => Promise<void>>> = {
  draw: drawRows,
  still: stillRows,
  demo: demoRows,
  desktop: desktopRows,
  recorded: recordedRows,
  video: videoRows,
};

const asked = process.argv.slice(2);
for (const name of asked) {
  const suite = suites[name];
  if (suite === undefined)
    throw new Error(`there is no suite ${name}; there are ${Object.keys(suites).join(', ')}`);
  try {
    await suite((row) => console.log(JSON.stringify({ suite: name, ...row })));
  } catch (error) {
    console.error(error);
    const note = error instanceof Error ? error.message : String(error);
    console.log(
      JSON.stringify({
        suite: name,
        what: `${name} as a whole`,
        mode: '–',
        differing: null,
        oracle: '–',
        note,
      }),
    );
  }
}
