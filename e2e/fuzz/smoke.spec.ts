import { expect, test } from '@playwright/test';
import { projectRoot } from '../fixtures/places.ts';
import { run } from '../fixtures/run.ts';

// Long runs are `npm run fuzz`; this one keeps the targets, their seeds and the corpus in working order.
test('every fuzz target runs, and a few hundred inputs find nothing', async () => {
  const args = ['e2e/fuzz/fuzz.ts', '--executions', '2000', '--seconds', '20', '--seed', '1'];
  const { code, stdout, stderr } = await run(process.execPath, args, {
    cwd: projectRoot,
    timeoutMs: 230_000,
  });
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(
    rows.filter(({ findings }) => findings.length > 0),
    stdout + stderr,
  ).toEqual([]);
  expect(rows.map(({ target }) => target)).toEqual(
    expect.arrayContaining([
      'quic',
      'lz',
      'glz',
      'zlib-glz',
      'lz4',
      'display',
      'cursor',
      'main',
      'link',
      'framing',
      'agent',
      'session',
    ]),
  );
  expect(rows.every(({ executions }) => executions > 0)).toBe(true);
  expect(code).toBe(0);
});

// What it cannot find, it cannot vouch for.
for (const [target, found] of [
  ['self-test-hang', 'an input takes longer than'],
  ['self-test-hog', 'more than 500 MiB of memory are in use'],
  ['self-test-crash', 'TypeError: it went wrong'],
] as const) {
  test(`fuzzing notices ${target.replace('self-test-', 'a ')}`, async () => {
    const limits = ['--executions', '20000', '--seconds', '8', '--memory', '500', '--seed', '1'];
    const { code, stdout } = await run(
      process.execPath,
      ['e2e/fuzz/fuzz.ts', target, ...limits, '--findings', test.info().outputPath('findings')],
      { cwd: projectRoot, timeoutMs: 60_000 },
    );
    const { findings } = JSON.parse(stdout);
    expect(findings.map(({ text }: { text: string }) => text).join('\n')).toContain(found);
    expect(code).toBe(1);
  });
}
