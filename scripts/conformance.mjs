// `npm run conformance [-- SUITE …] [-- --json FILE]`: draws real guests with our viewer's core and prints a table
// what | mode | our pixels that differ | oracle. It ends with 1 when a pixel differs, or when a scene could not be compared with
// QEMU's own picture. All suites take about 20 minutes on 2 cores without KVM; they are
//   draw      every drawing of the protocol and clipped video streams, from a server of ours, against spice-gtk
//   still     a guest that shows one picture, in every mode of the server
//   demo      the demo machine
//   recorded  a session of the desktop guest, recorded the first time and replayed by spice-server in every mode
//   video     its videos streamed in every codec that spice-server's GStreamer encodes, in Chromium
//   desktop   Xorg on QXL; its guest is built the first time, which takes some minutes and root
// INNKEEPER_CONFORMANCE_MODES=quic,lz4 takes only those modes, INNKEEPER_CONFORMANCE_CODECS=mjpeg,vp8 only those codecs.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { projectEnvironment, projectNode, projectRoot } from './setup/places.mjs';
import { SetupProblem } from './setup/step.mjs';
import { main, setUp } from './setup.mjs';

const suites = ['draw', 'still', 'demo', 'recorded', 'video', 'desktop'];

await main(async () => {
  const words = process.argv.slice(2);
  const at = words.indexOf('--json');
  const jsonFile = at < 0 ? null : words[at + 1];
  if (at >= 0 && jsonFile === undefined) throw new SetupProblem('--json needs the name of a file to write.');
  const asked = words.filter((word, index) => word !== '--json' && (at < 0 || index !== at + 1));
  const unknown = asked.filter((name) => !suites.includes(name));
  if (unknown.length > 0) {
    throw new SetupProblem(`There is no suite ${unknown.join(', ')}; there are ${suites.join(', ')}.`);
  }
  await setUp();

  const rows = [];
  const code = await run(asked.length === 0 ? suites : asked, (row) => {
    rows.push(row);
    console.error(line(row).join(' | '));
  });
  console.log(table(rows));
  if (jsonFile !== null) writeFileSync(jsonFile, `${JSON.stringify({ rows }, null, 2)}\n`);

  const differ = rows.filter(({ differing }) => differing !== null && differing > 0).length;
  const missing = rows.filter(({ differing }) => differing === null).length;
  const same = rows.length - differ - missing;
  console.log(`${same} the same, ${differ} differ, ${missing} could not be compared`);
  if (code !== 0) throw new SetupProblem(`The comparison itself failed (exit code ${code}).`);
  return differ > 0 || rows.some(({ differing, oracle }) => differing === null && oracle !== 'spice-gtk')
    ? 1
    : 0;
});

async function run(names, report) {
  const child = spawn(projectNode(), ['e2e/conformance/conformance.ts', ...names], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: projectEnvironment(),
  });
  const closed = new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  for await (const text of createInterface({ input: child.stdout })) {
    if (text.startsWith('{')) report(JSON.parse(text));
    else console.error(text);
  }
  return await closed;
}

function line({ what, mode, differing, oracle, note }) {
  return [what, mode, (differing === null ? '–' : String(differing)) + (note ? ` (${note})` : ''), oracle];
}

function table(rows) {
  const lines = [['what', 'mode', 'our pixels that differ', 'oracle'], ...rows.map(line)];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((cells) => cells[column].length)));
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
