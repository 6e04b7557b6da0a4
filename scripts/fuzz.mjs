// `npm run fuzz [-- TARGET …] [-- --executions N] [-- --seconds S] [-- --seed N] [-- --save]`: coverage-guided fuzzing of everything
// in our SPICE viewer that reads a server's bytes. Each target ends after so many executions or seconds (30), whichever comes first. Found is:
// an error other than ProtocolError (or LinkError), an input that takes over 200 ms, memory without bound, a write outside of an image. Such inputs
// are written to .setup/fuzz. --save keeps a small corpus in e2e/fuzz/corpus. Ends with 1 when anything was found.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { projectEnvironment, projectNode, projectRoot } from './setup/places.mjs';
import { SetupProblem } from './setup/step.mjs';
import { main, setUp } from './setup.mjs';

await main(async () => {
  await setUp();
  const child = spawn(projectNode(), ['e2e/fuzz/fuzz.ts', ...process.argv.slice(2)], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: projectEnvironment(),
  });
  const closed = new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  let [executions, found] = [0, 0];
  for await (const text of createInterface({ input: child.stdout })) {
    const row = JSON.parse(text);
    executions += row.executions;
    found += row.findings.length;
    const rate = Math.round(row.executions / row.seconds);
    console.log(
      `${row.target.padEnd(12)} ${String(row.executions).padStart(10)} executions  ${String(rate).padStart(7)}/s  ${String(row.corpus).padStart(4)} inputs kept  ${row.findings.length} found`,
    );
    for (const { text: what, file } of row.findings)
      console.log(`  ${file}: ${what.replaceAll('\n', '\n    ')}`);
  }
  const code = await closed;
  console.log(`${executions} executions, ${found} found`);
  if (code !== 0 && found === 0) throw new SetupProblem(`Fuzzing itself failed (exit code ${code}).`);
  return found > 0 ? 1 : 0;
});
