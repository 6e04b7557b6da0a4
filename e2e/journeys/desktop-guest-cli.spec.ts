import type { Browser, BrowserContext, Page } from '@playwright/test';
import { type FaultShape, faultShape } from '../../backend/contract/fault.ts';
import { machineRuntime } from '../../backend/store/paths.ts';
import { DEAF_HOST, SpiceSession } from '../../renderer/spice/session.ts';
import { desktopProblem } from '../desktop-guest/image.ts';
import { DesktopMachine } from '../desktop-guest/machine.ts';
import { Home } from '../fixtures/home.ts';
import { sharedCache } from '../fixtures/places.ts';
import { expect, test } from '../fixtures/test.ts';
import { unixTransport } from '../fixtures/unix-transport.ts';
import { canvasSize, copyOnHost, hostText } from './desktop-page.ts';
import { expectSamePixels, showDisplay, watchPhases } from './screen.ts';
import { serve } from './serve.ts';

/** The size of a desktop guest's screen and its clipboard from the command line, with and without a viewer of it. */
let home: Home;
let guest: DesktopMachine;

test.describe.configure({ mode: 'serial' });
test.beforeAll(async () => {
  test.setTimeout(900_000);
  const problem = await desktopProblem(sharedCache);
  test.skip(problem !== null, problem ?? '');
  home = await Home.open();
  guest = await DesktopMachine.start(home);
  // Both halves of its agent are up then.
  await expect.poll(hasAgent, { timeout: 60_000 }).toBe(true);
});
test.afterAll(async () => {
  await home?.[Symbol.asyncDispose]();
});

async function hasAgent(): Promise<boolean | null> {
  const { devices } = await home.show(guest.name);
  return devices.serial.find(({ purpose }) => purpose === 'spice-agent')?.guestOpen ?? null;
}

interface Display extends AsyncDisposable {
  readonly page: Page;
  /** Every state that the connection to the screen was in since it came up. */
  phases(): Promise<string[]>;
}

async function openDisplay(browser: Browser, viewer: 'own' | 'html5' = 'own'): Promise<Display> {
  // A root window that was given another size stays black until somebody draws it.
  await guest.sh('xrefresh');
  const face = await serve(home);
  const context: BrowserContext = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  await page.addInitScript((kind) => {
    localStorage.setItem('innkeeper.viewer', kind);
    localStorage.setItem('innkeeper.display.follow', 'off');
  }, viewer);
  await page.goto(face.url);
  await showDisplay(page, guest.name);
  const phases = await watchPhases(page);
  return {
    page,
    phases,
    [Symbol.asyncDispose]: async () => {
      await context.close();
      await face[Symbol.asyncDispose]();
    },
  };
}

function clipboardSwitch(page: Page) {
  return page.getByRole('switch', { name: 'Clipboard' });
}

async function refused(...args: readonly string[]): Promise<FaultShape> {
  const { code, json } = await home.ik('--json', ...args);
  expect(code).toBe(1);
  return faultShape.parse((json as { error: unknown }).error);
}

async function copy(text: string): Promise<void> {
  await home.ok('clipboard', 'copy', guest.name, text);
}

/** What the command line gives; empty where the guest gives nothing yet. */
async function paste(): Promise<string> {
  return (await home.ik('clipboard', 'paste', guest.name)).stdout;
}

async function resize(size: string): Promise<string> {
  const { width, height } = await home.answer('display.resize', 'display', 'resize', guest.name, size);
  return `${width}x${height}`;
}

test('without a viewer: text crosses both ways while it is allowed, and not otherwise', async () => {
  await guest.copy('guest secret');
  const off = await refused('clipboard', 'paste', guest.name);
  expect(off).toMatchObject({ code: 'no-permission', remedy: expect.stringContaining('clipboard allow') });
  expect((await refused('clipboard', 'copy', guest.name, 'host secret')).code).toBe('no-permission');
  expect(await guest.paste()).toBe('guest secret');

  await home.answer('clipboard.allow', 'clipboard', 'allow', guest.name, 'on');
  await test.step('what was copied in the guest before', async () => {
    await expect.poll(paste).toBe('guest secret');
  });
  await test.step('to the guest, as long as nothing else is copied', async () => {
    await copy('from the host: ü, €, “x”\nsecond line');
    expect(await guest.paste()).toBe('from the host: ü, €, “x”\nsecond line');
    expect(await guest.paste()).toBe('from the host: ü, €, “x”\nsecond line');
    expect(await paste()).toBe('from the host: ü, €, “x”\nsecond line');
  });
  await test.step('from the guest, as it is', async () => {
    await guest.copy('from the guest: ß, 漢字\nsecond line\n');
    await expect.poll(paste).toBe('from the guest: ß, 漢字\nsecond line\n');
    expect(await home.answer('clipboard.paste', 'clipboard', 'paste', guest.name)).toEqual({
      text: 'from the guest: ß, 漢字\nsecond line\n',
    });
  });
  await test.step('1 MiB by standard input, and not more', async () => {
    const input = 'm'.repeat(2 ** 20);
    expect((await home.ikWith({ input }, 'clipboard', 'copy', guest.name)).code).toBe(0);
    await expect
      .poll(() => guest.sh('timeout 10 xclip -selection clipboard -o | wc -c'), { timeout: 40_000 })
      .toBe(String(2 ** 20));
    const more = await home.ikWith({ input: `${input}m` }, 'clipboard', 'copy', guest.name, '-');
    expect(more).toMatchObject({ code: 1, stderr: expect.stringContaining('longer than 1 MiB') });
  });
  await test.step('not allowed any more: the text is taken back', async () => {
    await home.ok('clipboard', 'allow', guest.name, 'off');
    await expect.poll(() => guest.paste()).toBe('');
  });
});

test('without a viewer: the guest’s screen takes the size that is asked for', async () => {
  for (const size of ['1280x720', '800x600', '1024x768']) {
    expect(await resize(size)).toBe(size);
    await expect.poll(() => guest.resolution()).toBe(size);
  }
  expect(await home.ok('display', 'resize', guest.name, '1024x768')).toBe('The screen has 1024×768 now.\n');
});

test('with a viewer open everything goes through it, and it shows that', async ({ browser }) => {
  await using display = await openDisplay(browser);
  const { page } = display;
  const light = page.getByTestId('clipboard-light');
  await expect(clipboardSwitch(page)).toBeEnabled({ timeout: 30_000 });
  await home.ok('clipboard', 'allow', guest.name, 'on');
  await expect(clipboardSwitch(page)).toBeChecked();

  await test.step('text', async () => {
    await copyOnHost(page, 'the person’s own');
    await expect.poll(() => guest.paste()).toBe('the person’s own');
    await expect(light).not.toHaveAttribute('data-crossed');
    await copy('from the command line');
    expect(await guest.paste()).toBe('from the command line');
    await expect(light).toHaveAttribute('data-crossed', 'toGuest');
    expect(await paste()).toBe('from the command line');
    await guest.copy('from the guest');
    await expect.poll(paste).toBe('from the guest');
    await expect(light).toHaveAttribute('data-crossed', 'fromGuest');
    await expect.poll(() => hostText(page)).toBe('from the guest');
  });
  await test.step('size', async () => {
    expect(await resize('1152x864')).toBe('1152x864');
    await expect.poll(() => canvasSize(page)).toBe('1152x864');
    await expectSamePixels(page, home, guest.name);
  });
  await test.step('the switch of one face is every face’s', async () => {
    await home.ok('clipboard', 'allow', guest.name, 'off');
    await expect(clipboardSwitch(page)).not.toBeChecked();
    expect((await refused('clipboard', 'paste', guest.name)).code).toBe('no-permission');
  });
  expect(await display.phases()).toEqual(['live']);
});

test('text that was copied without a viewer outlives clients that come and go', async ({ browser }) => {
  await home.ok('clipboard', 'allow', guest.name, 'on');
  await expect(async () => copy('stands')).toPass({ timeout: 20_000 });
  expect(await guest.paste()).toBe('stands');
  await test.step('one that only looks', async () => {
    await home.ok('screenshot', guest.name, `${home.path}/seen.png`, '--via', 'spice');
    await expect.poll(() => guest.paste()).toBe('stands');
  });
  await test.step('a viewer takes it over', async () => {
    await using display = await openDisplay(browser);
    await expect.poll(() => guest.paste()).toBe('stands');
    expect(await display.phases()).toEqual(['live']);
  });
  await test.step('then there is nobody who has it, and the next text is given', async () => {
    await expect.poll(() => guest.paste()).toBe('');
    await copy('next');
    expect(await guest.paste()).toBe('next');
  });
});

test('a viewer that does not speak with agents is not ended for it', async ({ browser }) => {
  await using display = await openDisplay(browser, 'html5');
  for (const args of [
    ['clipboard', 'paste', guest.name],
    ['display', 'resize', guest.name, '800x600'],
  ]) {
    expect(await refused(...args)).toMatchObject({
      code: 'not-supported',
      message: expect.stringContaining('viewer'),
      remedy: expect.stringContaining('Innkeeper’s own viewer'),
    });
  }
  expect(await display.phases()).toEqual(['live']);
});

test('a client that came past Innkeeper is not ended for it either', async () => {
  const { id } = await home.show(guest.name);
  const ends: (Error | null)[] = [];
  using _session = await SpiceSession.connect(
    {
      openTransport: () => unixTransport(machineRuntime(home.folders, id).spice),
      ...DEAF_HOST,
      closed: (error) => ends.push(error),
    },
    { display: { capabilities: [], create: () => ({ receive: () => undefined }) } },
  );
  expect((await refused('display', 'resize', guest.name, '800x600')).code).toBe('busy');
  expect(ends).toEqual([]);
});

test('an agent that is not there is named; when it is back it is asked again', async () => {
  await home.ok('clipboard', 'allow', guest.name, 'on');
  await copy('before');
  await guest.sh('systemctl stop spice-vdagentd.socket spice-vdagentd');
  for (const args of [
    ['clipboard', 'copy', guest.name, 'text'],
    ['display', 'resize', guest.name, '800x600'],
  ]) {
    const fault = await refused(...args);
    expect(fault).toMatchObject({ code: 'agent-missing', remedy: expect.stringContaining('spice-vdagent') });
  }
  // The session's half may have crashed when its daemon went (spice-vdagent 0.22).
  await guest.sh('systemctl start spice-vdagentd.socket; pkill -x spice-vdagent || true');
  await guest.sh('setsid spice-vdagent -x > /dev/null 2>&1 &');
  await expect.poll(() => guest.paste(), { timeout: 30_000 }).toBe('before');
});

test('a back end that holds text for the guest ends at once when it is told to; the guest goes on', async () => {
  await copy('held');
  const pid = home.backendPid();
  if (pid === null) throw new Error('no back end runs');
  process.kill(pid, 'SIGTERM');
  await expect.poll(() => home.backendPid(), { timeout: 4_000 }).toBeNull();
  expect(await home.show(guest.name)).toMatchObject({
    state: 'running',
    devices: { display: { clipboardAllowed: true } },
  });
  await copy('again');
  expect(await guest.paste()).toBe('again');
});
