import { expect, test } from '@playwright/test';
import { projectRoot } from '../fixtures/places.ts';
import { run } from '../fixtures/run.ts';

// Long runs are `npm run fuzz`; this one keeps the targets, their seeds and the corpus in working order.
test('every fuzz target runs, and a few hundred inputs find nothing', async () => {
  const args = ['e2e/fuzz/fuzz.ts', '--executions', '400', '--seconds', '20', '--seed', '1'];
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
    ]),
  );
  expect(rows.every(({ executions }) => executions > 0)).toBe(true);
  expect(code).toBe(0);
});
