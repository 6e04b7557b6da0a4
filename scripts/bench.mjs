// `npm run bench [-- NAME …] [-- --json FILE]`: runs every bench/*.bench.ts and prints a table what | ours | peer | ratio.
//
// A benchmark is a program of its own. For each measurement it prints one line of JSON on standard output:
//   {"what": "start to first guest instruction", "ours": 412, "peer": 350, "unit": "ms", "peerName": "bare QEMU", "aim": "≤ 150 ms on top"}
// `ours` and `peer` are numbers in `unit`, measured in the same run; `peer` is null where there is nothing to compare with.
// `ratio` (ours / peer) is worked out here unless the line has it. `peerName` and `aim` may be left out. What else it has to
// say goes to standard error. It fails by a non-zero exit code; the other benchmarks run all the same.
import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectEnvironment, projectNode, projectRoot } from './setup/places.mjs';
import { SetupProblem } from './setup/step.mjs';
import { main, setUp } from './setup.mjs';

await main(async () => {
  const words = process.argv.slice(2);
  const at = words.indexOf('--json');
  const jsonFile = at < 0 ? null : words[at + 1];
  if (at >= 0 && jsonFile === undefined) throw new SetupProblem('--json needs the name of a file to write.');
  const names = words.filter((word, index) => word !== '--json' && (at < 0 || index !== at + 1));
  await setUp();

  const files = readdirSync(join(projectRoot, 'bench')).filter(
    (file) =>
      file.endsWith('.bench.ts') && (names.length === 0 || names.some((name) => file.startsWith(name))),
  );
  if (files.length === 0) throw new SetupProblem('There is no such benchmark in bench/.');
  const rows = [];
  const failed = [];
  for (const file of files.sort()) {
    console.error(`── ${file}`);
    const { code, measured } = await runBenchmark(join(projectRoot, 'bench', file));
    rows.push(...measured.map((row) => ({ benchmark: file.replace('.bench.ts', ''), ...withRatio(row) })));
    if (code !== 0) failed.push(`${file} failed (exit code ${code}).`);
  }
  console.log(table(rows));
  if (jsonFile !== null) {
    const machine = { cpus: cpus().length, cpu: cpus()[0]?.model, memory: totalmem() };
    writeFileSync(jsonFile, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
  }
  if (failed.length > 0) throw new SetupProblem(failed.join('\n'));
});

async function runBenchmark(file) {
  const child = spawn(projectNode(), [file], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: projectEnvironment(),
  });
  const closed = new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  const measured = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) measured.push(JSON.parse(line));
    else console.error(line);
  }
  return { code: await closed, measured };
}

function withRatio(row) {
  const ratio = row.ratio ?? (typeof row.peer === 'number' && row.peer !== 0 ? row.ours / row.peer : null);
  return { ...row, ratio };
}

function table(rows) {
  const lines = [
    ['what', 'ours', 'peer', 'ratio'],
    ...rows.map((row) => [
      row.what + (row.aim ? ` (aim: ${row.aim})` : ''),
      amount(row.ours, row.unit),
      row.peer === null || row.peer === undefined
        ? '–'
        : amount(row.peer, row.unit) + (row.peerName ? ` (${row.peerName})` : ''),
      row.ratio === null ? '–' : `${row.ratio.toFixed(2)}×`,
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function amount(value, unit = '') {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`;
}
