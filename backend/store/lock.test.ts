import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock } from './lock.ts';

const contender = `
const { acquireLock } = await import(${JSON.stringify(new URL('./lock.ts', import.meta.url).href)});
process.stdout.write('up\\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
try { globalThis.held = await acquireLock(process.argv[1]); process.stdout.write('won\\n'); setInterval(() => {}, 1e6); }
catch (error) { process.stdout.write(error.code + '\\n'); process.exit(0); }
`;

let folder: string;
let path: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-lock-'));
  path = join(folder, 'backend.lock');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** A process that waits at the line, then tries once. */
async function start() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', contender, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('up');
  return {
    child,
    go: async (): Promise<string> => {
      child.stdin.write('go\n');
      return String((await lines.next()).value);
    },
  };
}

test('of eight processes at once exactly one wins, round after round, and SIGKILL frees the folder', async () => {
  for (let round = 0; round < 3; round += 1) {
    const racers = await Promise.all(Array.from({ length: 8 }, start));
    const results = await Promise.all(racers.map((racer) => racer.go()));
    expect(results.toSorted()).toEqual([...Array(7).fill('already-running'), 'won']);
    const winner = racers[results.indexOf('won')];
    const gone = new Promise((resolve) => winner?.child.once('exit', resolve));
    winner?.child.kill('SIGKILL');
    await gone;
  }
  await using lock = await acquireLock(path);
  expect(lock.path).toBe(path);
}, 60_000);

test('who loses is told who holds it', async () => {
  await using _lock = await acquireLock(path);
  await expect(acquireLock(path)).rejects.toMatchObject({
    code: 'already-running',
    message: expect.stringContaining(`process ${process.pid}`),
  });
});

test('a released folder can be held again', async () => {
  const first = await acquireLock(path);
  await first[Symbol.asyncDispose]();
  await using second = await acquireLock(path);
  expect(second.path).toBe(path);
});

test('a copied data folder is another folder', async () => {
  await using _lock = await acquireLock(path);
  const copy = join(folder, 'copy.lock');
  await copyFile(path, copy);
  await using other = await acquireLock(copy);
  expect(other.path).toBe(copy);
});
