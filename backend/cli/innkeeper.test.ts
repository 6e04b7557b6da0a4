import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const entry = fileURLToPath(new URL('./innkeeper.ts', import.meta.url));
const backendEntry = fileURLToPath(new URL('../main.ts', import.meta.url));
let home: string;
const children: ChildProcess[] = [];

function start(args: readonly string[], file = entry): ChildProcess {
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, INNKEEPER_HOME: home },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

async function innkeeper(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = start(args);
  child.stdin?.end();
  const [out, err] = await Promise.all([
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
    child.exitCode === null ? once(child, 'exit') : undefined,
  ]);
  return { code: child.exitCode ?? -1, out, err };
}

async function backendPid(): Promise<number> {
  const log = await readFile(join(home, 'data/backend.log'), 'utf8');
  return Number(log.match(/ready pid=(\d+)(?![\s\S]*ready pid=)/)?.[1]);
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'innkeeper-cli-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  try {
    process.kill(await backendPid(), 'SIGTERM');
  } catch {
    // This test started none, or it ended by itself.
  }
  await expect
    .poll(async () => rm(home, { recursive: true, force: true }).then(() => true), { timeout: 5000 })
    .toBe(true);
});

test('wrong usage is exit code 2 and starts nothing', async () => {
  expect(await innkeeper('strat')).toMatchObject({ code: 2, out: '' });
  const json = await innkeeper('start', '--json');
  expect(json).toMatchObject({ code: 2, err: '' });
  expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'bad-input' } });
  await expect(readFile(join(home, 'data/backend.log'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('eight commands at once start one back end and all get their answer', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => innkeeper('list', '--json')));
  for (const answer of answers) expect(answer).toMatchObject({ code: 0, out: '{"machines":[]}\n', err: '' });
  const log = await readFile(join(home, 'data/backend.log'), 'utf8');
  expect(log.match(/ready pid/g)).toHaveLength(1);
}, 60_000);

test('a machine is made, shown, changed, deleted and brought back', async () => {
  const made = await innkeeper('create', 'one', '--disk', '8M', '--memory', '64M', '--cpus', '1', '--json');
  expect(made).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(made.out)).toMatchObject({ name: 'one', memoryMiB: 64, cpus: 1, state: 'stopped' });
  const list = await innkeeper('list');
  expect(list.out).toMatch(/^NAME {2}STATE.*\none {3}Off/);
  expect((await innkeeper('show', 'one')).out).toContain('64 MiB');
  expect((await innkeeper('edit', 'one', '--name', 'two')).code).toBe(0);
  expect(await innkeeper('show', 'one')).toMatchObject({ code: 1, err: expect.stringContaining('“one”') });
  expect((await innkeeper('delete', 'two')).out).toContain('undelete');
  const id = JSON.parse(made.out).id;
  expect((await innkeeper('undelete', id)).out).toContain('“two” is back');
}, 60_000);

test('the clipboard of a machine is shared by a switch, and text for one that is off is refused', async () => {
  await innkeeper('create', 'one', '--disk', '8M');
  const off = { code: 1, out: '', err: expect.stringContaining('innkeeper clipboard allow one on') };
  expect(await innkeeper('clipboard', 'paste', 'one')).toMatchObject(off);
  const allowed = await innkeeper('clipboard', 'allow', 'one', 'on', '--json');
  expect(JSON.parse(allowed.out)).toMatchObject({ devices: { display: { clipboardAllowed: true } } });
  expect(await innkeeper('clipboard', 'paste', 'one')).toMatchObject({
    code: 1,
    err: expect.stringContaining('“one” is not running'),
  });
  // Standard input is empty here.
  expect(await innkeeper('clipboard', 'copy', 'one')).toMatchObject({ code: 2, out: '' });
  expect(await innkeeper('clipboard', 'allow', 'one', 'yes')).toMatchObject({ code: 2, out: '' });
  expect(await innkeeper('display', 'resize', 'one', '1280')).toMatchObject({ code: 2, out: '' });
  expect(await innkeeper('screenshot', 'one', 'screen.jpg')).toMatchObject({
    code: 2,
    err: expect.stringContaining('Name it screen.png.'),
  });
  expect(await innkeeper('screenshot', 'one', '')).toMatchObject({ code: 2, out: '' });
  expect(await innkeeper('display', 'resize', 'one', '1280x10')).toMatchObject({
    code: 2,
    err: expect.stringContaining('each side has 64 to 8192 pixels'),
  });
}, 60_000);

test('what is refused names what was typed, and is a document with --json', async () => {
  expect(await innkeeper('create', 'x', '--memory', '0M')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('--memory is below 16 MiB'),
  });
  const json = await innkeeper('show', 'nobody', '--json');
  expect(json).toMatchObject({ code: 1, err: '' });
  expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'not-found', message: expect.any(String) } });
}, 60_000);

test('a data folder that cannot be made is a clear error', async () => {
  await writeFile(join(home, 'data'), 'a file');
  const answer = await innkeeper('list');
  expect(answer.code).toBe(1);
  expect(answer.err).toContain(join(home, 'data'));
}, 60_000);

test('a second back end on the same folder refuses and says who holds it', async () => {
  await innkeeper('list');
  const second = start([], backendEntry);
  const [out, err] = await Promise.all([
    second.stdout === null ? '' : text(second.stdout),
    second.stderr === null ? '' : text(second.stderr),
  ]);
  expect(JSON.parse(out)).toMatchObject({ type: 'failed', fault: { code: 'already-running' } });
  expect(out).toContain(String(await backendPid()));
  expect(err).toMatch(/^\d{4}-\d\d-\d\dT\S+ error could not start/);
}, 60_000);

test('a back end with nothing to do ends by itself, and SIGTERM ends one cleanly', async () => {
  const idle = start(['--idle-exit=0.2'], backendEntry);
  expect((await once(idle, 'exit'))[0]).toBe(0);
  const other = start([], backendEntry);
  if (other.stdout !== null) await once(other.stdout, 'data');
  other.kill('SIGTERM');
  expect((await once(other, 'exit'))[0]).toBe(0);
}, 60_000);

/** The first document that `serve --json` prints. */
async function served(child: ChildProcess): Promise<{ url: string; port: number }> {
  if (child.stdout === null) throw new Error('no stdout');
  const [chunk] = await once(child.stdout, 'data');
  return JSON.parse(String(chunk));
}

test('serve opens the face again on the same port when the back end is killed, and cookies stay good', async () => {
  const serve = start(['serve', '--json']);
  const { url, port } = await served(serve);
  const first = await fetch(url, { redirect: 'manual' });
  expect(first.status).toBe(303);
  const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
  const status = async (): Promise<number> => {
    try {
      return (await fetch(`http://127.0.0.1:${port}/nothing.txt`, { headers: { cookie } })).status;
    } catch {
      return 0; // Nobody listens just now.
    }
  };
  expect(await status()).toBe(404);
  const killed = await backendPid();
  process.kill(killed, 'SIGKILL');
  await expect.poll(backendPid, { timeout: 15_000 }).not.toBe(killed);
  await expect.poll(status, { timeout: 15_000 }).toBe(404);
  serve.kill('SIGINT');
  expect((await once(serve, 'exit'))[0]).toBe(0);
  await expect.poll(status).toBe(0);
}, 60_000);

test('serve on a port that is taken names it', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const answer = await innkeeper('serve', '--port', String(port));
  expect(answer).toMatchObject({ code: 1, err: expect.stringContaining(`Port ${port}`) });
  expect(answer.err).toContain('--port');
  other.close();
}, 60_000);

test('a reader that goes away is no error', async () => {
  const child = start(['--help']);
  child.stdout?.destroy();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(child.stderr === null ? '' : await text(child.stderr)).toBe('');
});
