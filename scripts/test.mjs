// `npm test`: everything that must hold. `node scripts/test.mjs unit walls …` runs only those stages.
// Goes on after a stage that failed, and ends with the line "N passed, N failed" over all tests run, in which a stage
// that is one check (format, types, walls, dead code) counts as one test.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile, projectEnvironment, projectNode, projectRoot } from './setup/places.mjs';
import { run, runHere, SetupProblem, seconds } from './setup/step.mjs';
import { main, setUp } from './setup.mjs';

const reports = join(projectRoot, '.setup/reports');

const stages = {
  format: () => check('@biomejs/biome/bin/biome', ['check', '--max-diagnostics=50']),
  types: async () =>
    add(
      await check('typescript/bin/tsc', ['-p', '.']),
      await check('typescript/bin/tsc', ['-p', 'renderer']),
    ),
  walls: () =>
    check('dependency-cruiser/bin/dependency-cruiser.mjs', [
      ...['--config', 'scripts/checks/walls.config.mjs', '--output-type', 'err-long'],
      ...sourceFolders(['backend', 'electron', 'renderer', 'bench', 'e2e']),
    ]),
  'dead-code': () => check('knip/bin/knip.js', ['--config', 'scripts/checks/knip.json', '--no-progress']),
  unit: unitTests,
  e2e: endToEndTests,
};

await main(async () => {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !(name in stages));
  if (unknown.length > 0) {
    throw new SetupProblem(
      `No such stage: ${unknown.join(', ')}. There are: ${Object.keys(stages).join(', ')}.`,
    );
  }
  const chosen = names.length > 0 ? names : Object.keys(stages);
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  await setUp({ purpose: chosen.includes('e2e') ? 'test' : 'run' });

  let total = { passed: 0, failed: 0, skipped: 0 };
  const summary = [];
  for (const name of chosen) {
    console.log(`\n── ${name}`);
    const started = performance.now();
    const result = await stages[name]();
    total = add(total, result);
    summary.push(
      `  ${name.padEnd(10)} ${result.failed === 0 ? 'passed' : 'FAILED'}  ${counted(result)}  ${seconds(performance.now() - started)}`,
    );
  }
  console.log(`\n${summary.join('\n')}\n`);
  console.log(
    `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
  );
  return total.failed === 0 ? 0 : 1;
});

function counted({ passed, failed, skipped }) {
  return `${passed}/${passed + failed}${skipped > 0 ? ` (${skipped} skipped)` : ''}`.padEnd(9);
}

function add(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: (a.skipped ?? 0) + (b.skipped ?? 0),
  };
}

/** One check: its output is shown when it failed. */
async function check(program, args) {
  const { code, output } = await run(projectNode(), [packageFile(program), ...args], {
    cwd: projectRoot,
    env: projectEnvironment(),
  });
  if (code !== 0) console.log(output.trimEnd());
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

async function unitTests() {
  const report = join(reports, 'unit.json');
  const code = await runHere(
    projectNode(),
    [
      packageFile('vitest/vitest.mjs'),
      'run',
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    { cwd: projectRoot, env: projectEnvironment() },
  );
  const result = readReport(report);
  if (result === null) return nothingReported('vitest', code);
  // A test file that cannot be loaded has no tests in it, yet it has failed.
  const broken = result.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return mustFail(code, {
    passed: result.numPassedTests,
    failed: result.numFailedTests + broken.length,
    skipped: result.numPendingTests + (result.numTodoTests ?? 0),
  });
}

async function endToEndTests() {
  const config = 'e2e/playwright.config.ts';
  if (!existsSync(join(projectRoot, config)))
    return nothingReported(`${config} is missing and Playwright`, 1);
  const report = join(reports, 'e2e.json');
  const code = await runHere(
    projectNode(),
    [packageFile('@playwright/test/cli.js'), 'test', '--config', config, '--reporter=list,json'],
    {
      cwd: projectRoot,
      env: {
        ...projectEnvironment(),
        PLAYWRIGHT_JSON_OUTPUT_FILE: report,
        PLAYWRIGHT_JSON_OUTPUT_NAME: report,
      },
    },
  );
  const result = readReport(report);
  if (result === null) return nothingReported('Playwright', code);
  const { expected, unexpected, flaky, skipped } = result.stats;
  return mustFail(code, { passed: expected + flaky, failed: unexpected, skipped });
}

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

function nothingReported(what, code) {
  console.log(`${what} reported no tests (exit code ${code}).`);
  return { passed: 0, failed: 1, skipped: 0 };
}

/** A runner that fails for another reason than a test (an unhandled error, no test found) has failed all the same. */
function mustFail(code, result) {
  return code !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
}

function sourceFolders(folders) {
  return folders.filter((folder) => existsSync(join(projectRoot, folder)));
}
