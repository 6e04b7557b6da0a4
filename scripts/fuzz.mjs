// `npm run fuzz [-- TARGET …] [-- --executions N] [-- --seconds S] [-- --seed N] [-- --json FILE] [-- --save]`: coverage-guided fuzzing of
// everything in our SPICE viewer that reads a server's bytes. Each target ends after so many executions (the slow ones after a part of them,
// see Target.slowness) or seconds; without either, after 30 s. A fifth of that looks for inputs that reach new code, the rest runs changes of
// those. Found is: an error other than ProtocolError (or LinkError), an input that takes over 400 ms of processor time, memory without bound (--memory MIB), a write
// outside of an image. Such inputs are written to .setup/fuzz. --json writes the table, --save keeps a small corpus in e2e/fuzz/corpus.
// Ends with 1 when anything was found.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { projectEnvironment, projectNode, projectRoot } from './setup/places.mjs';
import { SetupProblem } from './setup/step.mjs';
import { main, setUp } from './setup.mjs';

await main(async () => {
  const words = process.argv.slice(2);
  const at = words.indexOf('--json');
  const jsonFile = at < 0 ? null : words[at + 1];
  if (at >= 0 && jsonFile === undefined) throw new SetupProblem('--json needs the name of a file to write.');
  const args = words.filter((_, index) => at < 0 || (index !== at && index !== at + 1));
  await setUp();
  const child = spawn(projectNode(), ['e2e/fuzz/fuzz.ts', ...args], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: projectEnvironment(),
  });
  const closed = new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  const rows = [];
  console.log(line('target', 'executions', 'a second', 'seconds', 'code covered', 'inputs kept', 'found'));
  for await (const text of createInterface({ input: child.stdout })) {
    const row = JSON.parse(text);
    rows.push(row);
    console.log(tableRow(row));
    for (const { text: what, file } of row.findings)
      console.log(`  ${file}: ${what.replaceAll('\n', '\n    ')}`);
  }
  const code = await closed;
  const total = {
    target: 'all',
    executions: sum(rows, (row) => row.executions),
    seconds: sum(rows, (row) => row.seconds),
    covered: Math.max(0, ...rows.map((row) => row.covered)),
    corpus: sum(rows, (row) => row.corpus),
    findings: rows.flatMap((row) => row.findings),
  };
  console.log(tableRow(total));
  if (jsonFile !== null) {
    writeFileSync(
      jsonFile,
      `${JSON.stringify({ executions: total.executions, found: total.findings.length, rows }, null, 2)}\n`,
    );
  }
  if (code !== 0 && total.findings.length === 0) {
    throw new SetupProblem(`Fuzzing itself failed (exit code ${code}).`);
  }
  return total.findings.length > 0 ? 1 : 0;
});

function sum(rows, of) {
  return rows.reduce((all, row) => all + of(row), 0);
}

/** Covered are bytes of source that ran, loading it included: worth comparing between runs of one target only. */
function tableRow({ target, executions, seconds, covered, corpus, findings }) {
  const rate = Math.round(executions / Math.max(seconds, 0.001));
  return line(target, executions, rate, Math.round(seconds), covered, corpus, findings.length);
}

function line(target, ...cells) {
  return target.padEnd(13) + cells.map((cell) => String(cell).padStart(13)).join('');
}
