import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { resolveFolders } from '../../backend/store/paths.ts';
import { type Desktop, launchDesktop, launchSecondDesktop } from '../electron-stand-in/launch.ts';
import { ask, isPortClosed, openPort } from './port-client.ts';

/** The desktop face itself: its window, its walls and its supervised back end. Journeys with guests are elsewhere. */

let home: string;
let desktop: Desktop;

type TestWindow = Window & { innkeeper: Record<string, (...args: unknown[]) => Promise<unknown>> };

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'innkeeper-desktop-'));
  desktop = await launchDesktop({ home, env: { INNKEEPER_E2E_DOWNLOADS: home } });
  test.info().annotations.push({ type: 'runtime', description: desktop.runtime });
});

test.afterAll(async () => {
  await desktop?.close();
  await rm(home, { recursive: true, force: true });
});

test('opens one window with the renderer, sandboxed and isolated', async () => {
  await expect(desktop.page).toHaveTitle(/Innkeeper/);
  await expect(desktop.page.locator('#root > *').first()).toBeVisible();
  const facts = await desktop.window();
  expect(facts.visible).toBe(true);
  expect(facts.minimum).toEqual({ width: 900, height: 600 });
  expect(facts.webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
  });
});

test('the page gets the named methods and nothing else of Electron', async () => {
  const seen = await desktop.page.evaluate(() => {
    const page = window as unknown as TestWindow & Record<string, unknown>;
    const api = page.innkeeper;
    let replaced = true;
    try {
      (page as Record<string, unknown>).innkeeper = {};
    } catch {
      replaced = false;
    }
    return {
      members: Object.keys(api).sort(),
      frozen: Object.isFrozen(api),
      replaced: replaced && page.innkeeper !== api,
      others: ['require', 'process', 'module', 'ipcRenderer', 'electron', 'Buffer'].filter(
        (name) => name in page,
      ),
    };
  });
  expect(seen).toEqual({
    members: [
      'chooseFile',
      'connect',
      'notify',
      'onCommand',
      'openStream',
      'pathForFile',
      'platform',
      'saveFile',
      'setFullScreen',
      'showInFolder',
    ],
    frozen: true,
    replaced: false,
    others: [],
  });
});

test('a request over the port reaches the back end, which keeps its things where it should', async () => {
  await openPort(desktop.page);
  const hello = await ask(desktop.page, 'session.hello', { contractVersion: 1 });
  expect(hello.contractVersion).toBe(1);
  expect(hello.pid).not.toBe(desktop.mainPid);
  const folders = resolveFolders({ ...process.env, INNKEEPER_HOME: home });
  expect((await stat(join(folders.data, 'backend.log'))).isFile()).toBe(true);
  expect((await stat(join(folders.settings, 'desktop'))).isDirectory()).toBe(true);
});

test('permissions are denied', async () => {
  for (const name of ['media', 'geolocation', 'notifications', 'midi']) {
    expect(await desktop.permission(name), name).toBe(false);
  }
  if (desktop.runtime === 'stand-in') {
    for (const name of ['usb', 'hid', 'serial', 'openExternal', 'display-capture', 'unknown']) {
      expect(await desktop.permission(name), name).toBe(false);
    }
    expect(await desktop.permission('fullscreen')).toBe(true);
    for (const name of ['clipboard-read', 'pointerLock', 'keyboardLock']) {
      expect(await desktop.permission(name), name).toBe(true);
    }
  }
});

test('the page cannot leave, open a window or reach the network', async () => {
  const { page } = desktop;
  const here = page.url();
  await page.evaluate(() => {
    document.title = 'still here';
    window.location.href = 'https://stranger.example/';
  });
  const opened = await page.evaluate(async () => {
    const popup = window.open('https://stranger.example/');
    // Denied windows are null in Electron; the stand-in can only close them again.
    const opening = performance.now();
    while (popup !== null && !popup.closed && performance.now() - opening < 5000) {
      await new Promise((next) => setTimeout(next, 20));
    }
    if (popup !== null && !popup.closed) return 'a window opened';
    const link = document.createElement('a');
    link.href = 'https://stranger.example/';
    link.target = '_blank';
    document.body.append(link);
    link.click();
    link.remove();
    return await fetch('https://stranger.example/').then(
      () => 'fetched',
      () => 'refused',
    );
  });
  expect(opened).toBe('refused');
  for (const url of [
    'https://stranger.example/',
    'http://127.0.0.1:1/',
    'ws://127.0.0.1:1/',
    'file:///etc/passwd',
  ]) {
    expect(await desktop.reaches(url), url).toBe(false);
  }
  await expect.poll(() => page.context().pages().length).toBe(1);
  expect(page.url()).toBe(here);
  expect(await page.title()).toBe('still here');
});

test('app:// serves the renderer alone, under its policy', async () => {
  const answers = await desktop.page.evaluate(async () => {
    const paths = [
      '/index.html',
      '/..%2felectron%2fmain.js',
      '/%2e%2e%2felectron%2fmain.js',
      '/assets/..%2f..%2f..%2fpackage.json',
      '/..%5cpackage.json',
      '/%2fetc%2fpasswd',
      '//etc/passwd',
      '/.built',
      '/assets',
      '/nothing.js',
    ];
    const origin = window.location.origin;
    return await Promise.all(
      paths.map(async (path) => {
        const response = await fetch(origin + path);
        const header = (name: string) => response.headers.get(name);
        return {
          path,
          status: response.status,
          csp: header('content-security-policy'),
          sniff: header('x-content-type-options'),
        };
      }),
    );
  });
  for (const { path, status, csp, sniff } of answers) {
    expect(status, path).toBe(path === '/index.html' ? 200 : 404);
    expect(csp, path).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(sniff, path).toBe('nosniff');
  }
});

test('the policy is enforced: no inline script, no eval, no frame', async () => {
  const { page } = desktop;
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.inlineRan = true';
    document.body.append(script);
    const frame = document.createElement('iframe');
    frame.src = '/index.html';
    document.body.append(frame);
    // A handler of the page runs under the page's policy; Playwright's own evaluate does not.
    const button = document.createElement('button');
    button.setAttribute('onclick', 'window.handlerRan = true');
    document.body.append(button);
    button.click();
    button.remove();
  });
  expect(await page.evaluate(() => ['inlineRan', 'handlerRan'].filter((name) => name in window))).toEqual([]);
  const framed = await page.evaluate(() => {
    const frame = document.querySelector('iframe');
    try {
      return frame?.contentDocument?.querySelector('#root') !== undefined && frame?.contentDocument !== null
        ? (frame?.contentDocument?.querySelector('#root')?.childElementCount ?? 0)
        : 0;
    } finally {
      frame?.remove();
    }
  });
  expect(framed).toBe(0);
});

test('only the main frame of the window is heard, and only what parses', async () => {
  const token = { token: 'x' };
  for (const sender of ['child-frame', 'navigated-away', 'other-window', 'gone'] as const) {
    expect(await desktop.callAs(sender, 'desktop.connect', token), sender).toMatchObject({
      ok: false,
      fault: { code: 'no-permission' },
    });
  }
  expect(await desktop.callAs('renderer', 'desktop.connect', token)).toEqual({ ok: true, value: null });
  expect(await desktop.callAs('renderer', 'desktop.show-in-folder', { path: 'relative' })).toMatchObject({
    ok: false,
    fault: { code: 'bad-input', path: ['path'] },
  });
});

test('dialogs, notifications and the menu work through the preload', async () => {
  const { page } = desktop;
  const call = (name: string, ...args: unknown[]) =>
    page.evaluate(([method, input]) => (window as unknown as TestWindow).innkeeper[method]?.(...input), [
      name,
      args,
    ] as const);

  await desktop.answerDialog({ kind: 'open', paths: ['/isos/debian.iso'] });
  expect(await call('chooseFile', { title: 'A CD', kind: 'cd' })).toBe('/isos/debian.iso');
  expect(await call('chooseFile', { title: 'A CD', kind: 'cd' })).toBeNull();

  const saved = join(home, 'shot.png');
  await desktop.answerDialog({ kind: 'save', path: saved });
  expect(await call('saveFile', { suggestedName: '../../shot.png', base64: btoa('picture') })).toBe(saved);
  expect(await readFile(saved, 'utf8')).toBe('picture');
  const proposed = (await desktop.dialogs()).at(-1)?.options.defaultPath;
  expect(String(proposed)).toMatch(/[^.]\/shot\.png$/);

  await desktop.answerDialog({ kind: 'save', path: join(home, 'no', 'such', 'folder.png') });
  await expect(call('saveFile', { suggestedName: 'a.png', base64: '' })).rejects.toThrow(
    /went wrong|not saved/,
  );
  await expect(call('showInFolder', '/no/such/file')).rejects.toThrow(/There is no file/);

  await call('notify', 'demo is ready', 'It took 9 s');
  expect(await desktop.notifications()).toEqual([{ title: 'demo is ready', body: 'It took 9 s' }]);

  await page.evaluate(() => {
    const api = (window as unknown as TestWindow).innkeeper;
    (window as unknown as { heard: string[] }).heard = [];
    api.onCommand?.((command: unknown) => (window as unknown as { heard: unknown[] }).heard.push(command));
  });
  expect(await desktop.menuIds()).toEqual(
    expect.arrayContaining(['new-machine', 'find', 'settings', 'host']),
  );
  await desktop.chooseMenu('host');
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { heard: string[] }).heard))
    .toEqual(['host']);

  await call('setFullScreen', true);
  await expect.poll(async () => (await desktop.window()).fullScreen).toBe(true);
  await call('setFullScreen', false);
  await expect.poll(async () => (await desktop.window()).fullScreen).toBe(false);
});

test('a dropped file has its path', async () => {
  const { page } = desktop;
  const file = join(home, 'disk.img');
  await writeFile(file, 'disk');
  await page.evaluate(() => {
    const target = document.createElement('div');
    target.id = 'drop-here';
    target.style.cssText = 'position:fixed;inset:0;z-index:99999';
    target.addEventListener('dragover', (event) => event.preventDefault());
    target.addEventListener('drop', (event) => {
      event.preventDefault();
      event.stopPropagation();
      const path = (window as unknown as TestWindow).innkeeper.pathForFile?.(event.dataTransfer?.files[0]);
      target.title = String(path);
    });
    document.body.append(target);
  });
  await desktop.dropFiles(page.locator('#drop-here'), [file]);
  await expect(page.locator('#drop-here')).toHaveAttribute('title', file);
  await page.evaluate(() => document.querySelector('#drop-here')?.remove());
});

test('a back end that is killed comes back, and the page connects again', async () => {
  const { page } = desktop;
  await openPort(page);
  const before = await ask(page, 'session.hello', { contractVersion: 1 });
  process.kill(before.pid, 'SIGKILL');
  await expect.poll(() => isPortClosed(page)).toBe(true);
  await openPort(page);
  const after = await ask(page, 'session.hello', { contractVersion: 1 });
  expect(after.pid).not.toBe(before.pid);
  expect(await readFile(join(home, 'data/backend.log'), 'utf8')).toMatch(/the back end ended with code 9/);
});

test('a reload starts the page anew, with the same methods', async () => {
  await desktop.page.reload();
  await expect(desktop.page.locator('#root > *').first()).toBeVisible();
  await openPort(desktop.page);
});

test('a second start brings the window to the front and ends', async () => {
  expect(await launchSecondDesktop({ home })).toBe(0);
  await expect.poll(async () => (await desktop.window()).focused).toBe(true);
  await openPort(desktop.page);
});

test('the window comes back as it was left, and survives broken settings', async () => {
  await desktop.resizeWindow({ width: 1111, height: 700 });
  await desktop.closeWindow();
  expect(await desktop.exited).toBe(0);
  const file = join(home, 'config/desktop.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ window: { width: 1111, height: 700 } });

  desktop = await launchDesktop({ home });
  expect((await desktop.window()).bounds).toMatchObject({ width: 1111, height: 700 });
  await desktop.close();

  await writeFile(file, '{"window": {"wid');
  desktop = await launchDesktop({ home });
  expect((await desktop.window()).bounds).toMatchObject({ width: 1280, height: 840 });
  expect(desktop.output()).toContain('desktop.json');
});

test('closing says once that guests go on', async () => {
  await openPort(desktop.page);
  const machine = await ask(desktop.page, 'machine.create', { name: 'stays', memoryMiB: 64, start: true });
  await desktop.closeWindow();
  await expect
    .poll(async () => (await desktop.dialogs()).at(-1)?.options.message)
    .toBe('stays goes on running');
  // Nobody answered, which is Stay.
  expect((await desktop.window()).visible).toBe(true);
  await desktop.answerDialog({ kind: 'message', button: 0 });
  await desktop.closeWindow();
  expect(await desktop.exited).toBe(0);

  desktop = await launchDesktop({ home });
  await openPort(desktop.page);
  const found = await ask(desktop.page, 'machine.show', { machine: machine.id });
  expect(found.state).toBe('running');
  await desktop.closeWindow();
  expect(await desktop.exited).toBe(0);

  desktop = await launchDesktop({ home });
  await openPort(desktop.page);
  await ask(desktop.page, 'machine.stop', { machine: machine.id, force: true });
});

test('a back end that cannot start says why, and Quit leaves', async () => {
  await openPort(desktop.page);
  const { pid } = await ask(desktop.page, 'session.hello', { contractVersion: 1 });
  const { runtime } = resolveFolders({ ...process.env, INNKEEPER_HOME: home });
  await chmod(runtime, 0o777);
  process.kill(pid, 'SIGKILL');
  expect(await desktop.exited).toBe(1);
  expect(desktop.output()).toContain('is open to other users');
});
