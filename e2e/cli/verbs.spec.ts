import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { faultShape } from '../../backend/contract/fault.ts';
import { requests } from '../../backend/contract/requests.ts';
import { projectRoot } from '../fixtures/places.ts';
import { run } from '../fixtures/run.ts';
import { expect, test } from '../fixtures/test.ts';

/** Every verb of the issue, as it is typed. */
const VERBS = [
  'doctor',
  'create',
  'list',
  'show',
  'start',
  'stop',
  'pause',
  'resume',
  'delete',
  'undelete',
  'screenshot',
  'console',
  'exec',
  'memory set',
  'disk attach',
  'disk detach',
  'disk list',
  'nic link',
  'display resize',
  'clipboard allow',
  'clipboard copy',
  'clipboard paste',
  'wait',
  'serve',
  'qmp',
];

test('every verb has help, with its --json, and needs no back end for it', async ({ home }) => {
  const overview = await home.ok('--help');
  for (const verb of VERBS) {
    expect(overview).toContain(verb);
    const help = await home.ik(...verb.split(' '), '--help');
    expect(help.code).toBe(0);
    expect(help.stdout).toContain(`innkeeper ${verb}`);
    expect(help.stdout).toContain('--json');
    expect(help.stderr).toBe('');
  }
  expect(home.backendPid()).toBeNull();
});

const WRONG_USAGE: readonly (readonly string[])[] = [
  ['frobnicate'],
  ['create'],
  ['create', 'x', '--memory', 'lots'],
  ['create', 'x', '--cpus', 'two'],
  ['create', 'x', '--nonsense'],
  ['create', 'x', 'y'],
  ['disk'],
  ['disk', 'attach', 'x'],
  ['disk', 'attach', 'x', 'y', '--bus', 'ide'],
  ['memory', 'set', 'x', '256'],
  ['nic', 'link', 'x', 'sideways'],
  ['wait', 'x'],
  ['wait', 'x', '--for', 'godot'],
  ['wait', 'x', '--for', 'running', '--timeout', 'soon'],
  ['exec', 'x'],
  ['exec', 'x', '--'],
  ['qmp', 'x', '{not json'],
  ['display', 'resize', 'x', 'large'],
  ['clipboard', 'allow', 'x', 'perhaps'],
  ['clipboard', 'copy', 'x', ''],
];

test('wrong usage is exit code 2, says what is wrong, and starts nothing', async ({ home }) => {
  for (const args of WRONG_USAGE) {
    const words = await home.ik(...args);
    expect(words.code, args.join(' ')).toBe(2);
    expect(words.stdout).toBe('');
    expect(words.stderr).toMatch(/^innkeeper: .+/);
    const json = await home.ik('--json', ...args);
    expect(json.code, args.join(' ')).toBe(2);
    expect(json.stderr).toBe('');
    expect(faultShape.parse((json.json as { error: unknown }).error).code).toBe('bad-input');
  }
  expect(home.backendPid()).toBeNull();
});

const ON_NO_MACHINE: readonly (readonly string[])[] = [
  ['show', 'ghost'],
  ['start', 'ghost'],
  ['stop', 'ghost'],
  ['pause', 'ghost'],
  ['resume', 'ghost'],
  ['restart', 'ghost'],
  ['delete', 'ghost'],
  ['undelete', 'ghost'],
  ['edit', 'ghost', '--cpus', '1'],
  ['screenshot', 'ghost', 'ghost.png'],
  ['console', 'ghost'],
  ['exec', 'ghost', '--', 'true'],
  ['keys', 'ghost', 'ret'],
  ['memory', 'set', 'ghost', '256M'],
  ['disk', 'list', 'ghost'],
  ['disk', 'detach', 'ghost', 'disk0'],
  ['cdrom', 'eject', 'ghost'],
  ['nic', 'link', 'ghost', 'up'],
  ['clock', 'set', 'ghost'],
  ['log', 'ghost'],
  ['wait', 'ghost', '--for', 'running'],
  ['qmp', 'ghost', 'query-status'],
  ['display', 'resize', 'ghost', '800x600'],
  ['clipboard', 'allow', 'ghost', 'on'],
  ['clipboard', 'copy', 'ghost', 'text'],
  ['clipboard', 'paste', 'ghost'],
];

test('on a machine that is not there every verb fails with exit code 1, the name and the remedy', async ({
  home,
}) => {
  for (const args of ON_NO_MACHINE) {
    const words = await home.ik(...args);
    expect(words.code, args.join(' ')).toBe(1);
    expect(words.stdout).toBe('');
    expect(words.stderr).toMatch(/^innkeeper: .*ghost.*\n {2}\S/);
    const json = await home.ik('--json', ...args);
    expect(json.code).toBe(1);
    expect(json.stderr).toBe('');
    expect(faultShape.parse((json.json as { error: unknown }).error)).toMatchObject({
      code: 'not-found',
      remedy: expect.any(String),
    });
  }
});

test('a machine without a guest: each verb, in words and as one JSON document of the contract', async ({
  home,
}) => {
  const image = await home.image('data.img');
  const disc = await home.image('disc.iso');
  expect(await home.ok('list')).toContain('No machines yet');
  const walk: readonly [keyof typeof requests, readonly string[]][] = [
    ['machine.create', ['create', 'one', '--memory', '64M', '--cpus', '1', '--disk', '64M']],
    ['machine.list', ['list']],
    ['machine.show', ['show', 'one']],
    ['machine.edit', ['edit', 'one', '--cpus', '2', '--memory', '96M']],
    ['disk.attach', ['disk', 'attach', 'one', image, '--bus', 'virtio-scsi']],
    ['disk.list', ['disk', 'list', 'one']],
    ['nic.link', ['nic', 'link', 'one', 'down']],
    ['machine.start', ['start', 'one']],
    ['machine.wait', ['wait', 'one', '--for', 'running']],
    ['machine.qmp', ['qmp', 'one', 'query-status']],
    ['machine.pause', ['pause', 'one']],
    ['machine.resume', ['resume', 'one']],
    ['machine.log', ['log', 'one']],
    ['machine.restart', ['restart', 'one', '--force']],
    ['machine.stop', ['stop', 'one', '--force']],
    ['machine.wait', ['wait', 'one', '--for', 'stopped']],
    ['machine.delete', ['delete', 'one']],
    ['machine.undelete', ['undelete', 'one']],
    ['job.list', ['job', 'list']],
    ['host.check', ['doctor']],
  ];
  for (const [request, args] of walk) {
    const result = await home.ik('--json', ...args);
    expect(result.code, `${args.join(' ')}: ${result.stdout}`).toBe(0);
    expect(result.stderr).toBe('');
    expect(() => requests[request].out.parse(result.json), args.join(' ')).not.toThrow();
  }
  for (const args of [
    ['cdrom', 'insert', 'one', disc],
    ['cdrom', 'eject', 'one'],
    ['disk', 'detach', 'one', 'disk1'],
  ]) {
    expect((await home.ik('--json', ...args)).json).toBeTruthy();
  }
  const table = await home.ok('list');
  expect(table).toMatch(/NAME +STATE/);
  expect(table).toMatch(/one +Off/);
  expect(await home.ok('show', 'one')).toMatch(/Network +nic0: virtio-net/);
  const taken = await home.ik('screenshot', 'one', 'x.png');
  expect(taken.code).toBe(1);
  expect(taken.stderr).toContain('is not running');
});

test('a screenshot to a folder that is not there fails and says where', async ({ home }) => {
  await home.ok('create', 'one', '--memory', '64M', '--disk', '64M');
  await home.ok('start', 'one');
  const path = join(home.path, 'nowhere', 'x.png');
  const shot = await home.ik('screenshot', 'one', path);
  expect(shot.code).toBe(1);
  expect(shot.stderr).toContain(path);
});

test('a command’s relative paths count from where it is typed', async ({ home }) => {
  await home.image('here.img');
  const result = await home.ikWith(
    { cwd: home.path },
    'create',
    'one',
    '--memory',
    '64M',
    '--disk',
    'here.img',
    '--json',
  );
  expect(result.json).toMatchObject({ devices: { disks: [{ path: join(home.path, 'here.img') }] } });
});

test('the bin of package.json is that command', async ({ home }) => {
  const { bin, version } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8'));
  const result = await run(process.execPath, [join(projectRoot, bin.innkeeper), '--version'], {
    env: { ...process.env, INNKEEPER_HOME: home.path },
    timeoutMs: 300_000,
  });
  expect(result.stdout).toBe(`${version}\n`);
});

test('serve prints one URL with its token, serves it on loopback alone, and closes with the command', async ({
  home,
}) => {
  const { spawn } = await import('node:child_process');
  const { cliEntry } = await import('../fixtures/places.ts');
  const child = spawn(process.execPath, [cliEntry, 'serve', '--json'], {
    env: { ...process.env, INNKEEPER_HOME: home.path },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) =>
    child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString())),
  );
  const { url } = JSON.parse(line) as { url: string };
  expect(new URL(url).hostname).toMatch(/^(127\.0\.0\.1|localhost)$/);
  const page = await fetch(url, { redirect: 'manual' });
  expect(page.status).toBeLessThan(400);
  const closed = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await closed;
  await expect
    .poll(() =>
      fetch(url).then(
        () => 'open',
        () => 'closed',
      ),
    )
    .toBe('closed');
});
