import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backendSocket, machineRuntime, prepareFolders, resolveFolders } from './paths.ts';

const { uid, homedir } = userInfo();
/** sun_path of unix(7), without its NUL. */
const LONGEST_SOCKET = 107;

test('INNKEEPER_HOME puts everything under one root', () => {
  const env = { INNKEEPER_HOME: '/srv/ik', XDG_DATA_HOME: '/elsewhere', XDG_RUNTIME_DIR: '/run/user/1' };
  expect(resolveFolders(env)).toEqual({
    data: '/srv/ik/data',
    runtime: '/srv/ik/run',
    cache: '/srv/ik/cache',
    settings: '/srv/ik/config',
  });
});

test('a relative INNKEEPER_HOME counts from the working folder; an empty one does not count', () => {
  expect(resolveFolders({ INNKEEPER_HOME: 'here' }).data).toBe(join(process.cwd(), 'here/data'));
  expect(resolveFolders({ INNKEEPER_HOME: '', HOME: '/home/me' }).data).toBe(
    '/home/me/.local/share/innkeeper',
  );
});

test('the XDG variables decide', () => {
  const env = {
    HOME: '/home/me',
    XDG_DATA_HOME: '/x/data',
    XDG_CACHE_HOME: '/x/cache',
    XDG_CONFIG_HOME: '/x/config',
    XDG_RUNTIME_DIR: '/run/user/1000',
  };
  expect(resolveFolders(env)).toEqual({
    data: '/x/data/innkeeper',
    runtime: '/run/user/1000/innkeeper',
    cache: '/x/cache/innkeeper',
    settings: '/x/config/innkeeper',
  });
});

test('without them, and with relative ones, which the specification has us ignore, the defaults hold', () => {
  const defaults = {
    data: '/home/me/.local/share/innkeeper',
    runtime: `/tmp/innkeeper-${uid}`,
    cache: '/home/me/.cache/innkeeper',
    settings: '/home/me/.config/innkeeper',
  };
  expect(resolveFolders({ HOME: '/home/me' })).toEqual(defaults);
  expect(
    resolveFolders({
      HOME: '/home/me',
      XDG_DATA_HOME: 'data',
      XDG_CACHE_HOME: './cache',
      XDG_CONFIG_HOME: '',
      XDG_RUNTIME_DIR: 'run',
    }),
  ).toEqual(defaults);
  expect(resolveFolders({}).data).toBe(join(homedir, '.local/share/innkeeper'));
});

test('however deep the home is, every socket fits, and two homes do not share one', () => {
  const home = fc
    .array(fc.stringMatching(/^[a-zäß]{1,40}$/), { minLength: 1, maxLength: 12 })
    .map((parts) => `/${parts.join('/')}`);
  fc.assert(
    fc.property(home, home, (one, other) => {
      const folders = resolveFolders({ INNKEEPER_HOME: one });
      for (const socket of [backendSocket(folders), ...Object.values(machineRuntime(folders, 'abcdefgh'))]) {
        expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(LONGEST_SOCKET);
      }
      expect(resolveFolders({ INNKEEPER_HOME: one })).toEqual(folders);
      if (one !== other) expect(resolveFolders({ INNKEEPER_HOME: other }).runtime).not.toBe(folders.runtime);
    }),
  );
});

test('a home too deep gets its short runtime folder under XDG_RUNTIME_DIR where there is one', () => {
  const deep = `/srv/${'x'.repeat(120)}`;
  expect(resolveFolders({ INNKEEPER_HOME: deep }).runtime).toMatch(
    new RegExp(`^/tmp/innkeeper-${uid}-[0-9a-f]{10}$`),
  );
  expect(resolveFolders({ INNKEEPER_HOME: deep, XDG_RUNTIME_DIR: '/run/user/7' }).runtime).toMatch(
    /^\/run\/user\/7\/innkeeper-[0-9a-f]{10}$/,
  );
});

describe('prepareFolders', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'innkeeper-paths-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const prepare = () => prepareFolders(resolveFolders({ INNKEEPER_HOME: home }));
  const runtime = () => join(home, 'run');

  test('makes what is missing, closed to others, and is content with what it made', async () => {
    await prepare();
    await prepare();
    for (const name of ['data', 'run', 'cache', 'config']) {
      const found = await stat(join(home, name));
      expect(found.isDirectory()).toBe(true);
      expect(found.mode & 0o077).toBe(0);
    }
  });

  test.each([0o750, 0o705, 0o770, 0o701])('a runtime folder with mode %o is refused', async (mode) => {
    await mkdir(runtime());
    await chmod(runtime(), mode);
    await expect(prepare()).rejects.toMatchObject({
      code: 'unsafe-folder',
      message: expect.stringContaining(`${runtime()} is open to other users (mode ${mode.toString(8)})`),
      remedy: `Close it with: chmod 700 '${runtime()}'`,
    });
  });

  test('a link in its place is refused, also one to a good folder', async () => {
    const elsewhere = join(home, 'elsewhere');
    await mkdir(elsewhere, { mode: 0o700 });
    await symlink(elsewhere, runtime());
    await expect(prepare()).rejects.toMatchObject({
      code: 'unsafe-folder',
      message: expect.stringContaining(`${runtime()} is not a folder`),
      remedy: expect.stringContaining('INNKEEPER_HOME'),
    });
  });

  test('a file or a dangling link in its place is refused', async () => {
    await writeFile(runtime(), '');
    await expect(prepare()).rejects.toMatchObject({
      code: 'unsafe-folder',
      message: expect.stringContaining(runtime()),
    });
    await rm(runtime());
    await symlink(join(home, 'nowhere'), runtime());
    await expect(prepare()).rejects.toMatchObject({
      code: 'unsafe-folder',
      message: expect.stringContaining(runtime()),
    });
  });

  test('one that belongs to someone else is refused', async (context) => {
    if (uid !== 0) context.skip('only root can give a folder away');
    await mkdir(runtime(), { mode: 0o700 });
    await chown(runtime(), 65534, 65534);
    await expect(prepare()).rejects.toMatchObject({
      code: 'unsafe-folder',
      message: expect.stringContaining(`${runtime()} belongs to user 65534, not to you (user 0)`),
      remedy: expect.stringContaining('INNKEEPER_HOME'),
    });
  });

  test('a file where a folder should be is named', async () => {
    await writeFile(join(home, 'data'), '');
    await expect(prepare()).rejects.toMatchObject({
      code: 'unsafe-folder',
      message: expect.stringContaining(join(home, 'data')),
    });
  });
});
