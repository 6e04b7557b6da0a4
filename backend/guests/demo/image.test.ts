import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoProblem, ensureDemoImage } from './image.ts';
import { findProgram } from './programs.ts';

const ignore = () => undefined;
let cacheFolder: string;
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'demo-'));
});
afterAll(() => rm(cacheFolder, { recursive: true, force: true }));

const canBuild = (await demoProblem()) === null;

describe.skipIf(!canBuild)('the demo image, built for real', () => {
  test('a build that is cancelled leaves nothing behind', { timeout: 120_000 }, async () => {
    const stop = new AbortController();
    const report = (step: string) => {
      if (step.startsWith('Downloading')) stop.abort();
    };
    await expect(ensureDemoImage({ cacheFolder, report, signal: stop.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(await readdir(join(cacheFolder, 'demo-machine'))).toEqual([]);
  });

  test('is built once for all who ask, is sparse, and is there at once the next time', {
    timeout: 240_000,
  }, async () => {
    const signal = new AbortController().signal;
    const steps: string[] = [];
    const [one, two] = await Promise.all([
      ensureDemoImage({ cacheFolder, report: (step) => steps.push(step), signal }),
      ensureDemoImage({ cacheFolder, report: ignore, signal }),
    ]);
    expect(one).toEqual(two);
    expect(steps.filter((step) => step.startsWith('Unpacking'))).toHaveLength(1);
    const { size, blocks } = await stat(one.path);
    expect(size).toBe(one.sizeBytes);
    expect(blocks * 512).toBeLessThan(200 * 1024 * 1024);
    expect(await readdir(join(cacheFolder, 'demo-machine'))).toHaveLength(1);

    const again: string[] = [];
    expect(await ensureDemoImage({ cacheFolder, report: (step) => again.push(step), signal })).toEqual(one);
    expect(again).toEqual([]);
  });
});

test('programs are found outside of PATH too, and null says that there is none', async () => {
  expect(await findProgram('sh', '')).toMatch(/\/sh$/);
  expect(await findProgram('no-such-program')).toBeNull();
});
