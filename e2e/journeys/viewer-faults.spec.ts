import type { Page } from '@playwright/test';
import { machineRuntime } from '../../backend/store/paths.ts';
import { startDemo, waitForDemo } from '../fixtures/demo.ts';
import { Home } from '../fixtures/home.ts';
import { type Fate, pass, SpiceRelay } from '../fixtures/spice-relay.ts';
import { expect, test } from '../fixtures/test.ts';
import { GuestInput } from './guest-input.ts';
import { PageTasks } from './page-tasks.ts';
import { PageWatch } from './page-watch.ts';
import { canvasHost, expectSamePixels, litPixels, openDisplay } from './screen.ts';
import { serve } from './serve.ts';

/** Our own viewer when the guest's display server dies, hangs or sends what makes no sense, with one demo guest. */
let home: Home;
let socket: string;

test.beforeAll(async () => {
  home = await Home.open();
  const { id } = await startDemo(home, 'demo', ['--memory', '256M', '--cpus', '1']);
  socket = machineRuntime(home.folders, id).spice;
});
test.afterAll(async () => {
  await home?.[Symbol.asyncDispose]();
});

/** spice.proto, DisplayChannel. */
const DRAW_COPY = 304;
const HEADER_BYTES = 6;
/** Linux, input-event-codes.h. */
const KEY_J = 36;
const BTN_LEFT = 0x110;

async function expectPhase(page: Page, phase: string): Promise<void> {
  await expect(page.locator(canvasHost)).toHaveAttribute('data-phase', phase, { timeout: 30_000 });
}

/** Makes the guest draw its whole screen a few times over. */
async function drawInGuest(): Promise<void> {
  await home.inGuest('demo', 'dmesg > /dev/tty1');
}

/** Cuts the first message that `picks` takes after so many of its bytes; there is no server any more then. */
function cutting(
  relay: SpiceRelay,
  picks: (...message: Parameters<Fate>) => boolean,
  after: (size: number) => number,
): Fate {
  return (message) => {
    if (!picks(message)) return message.bytes;
    relay.fate = pass;
    relay.refuses = true;
    return { cut: after(message.bytes.length) };
  };
}

test('a server that dies, wherever in its speech: the last picture stays, keys are let go, and it comes back by itself', async ({
  page,
}) => {
  await using relay = await SpiceRelay.at(socket);
  const watch = new PageWatch(page);
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const keyboard = await GuestInput.record(home, 'keyboard');
  const host = page.locator(canvasHost);

  let liveAt = 0;

  const cuts: Record<string, { readonly fate: Fate; readonly stir: () => Promise<void> }> = {
    'inside a message header': {
      fate: cutting(
        relay,
        ({ channel, type }) => channel === 'display' && type !== 'link',
        () => 3,
      ),
      stir: drawInGuest,
    },
    'inside the body of an image': {
      fate: cutting(
        relay,
        ({ type, channel }) => channel === 'display' && type === DRAW_COPY,
        (size) => Math.floor(size / 2),
      ),
      stir: drawInGuest,
    },
    'inputs alone': {
      fate: cutting(
        relay,
        ({ channel, type }) => channel === 'inputs' && type !== 'link',
        () => 3,
      ),
      // The server acknowledges movements.
      stir: async () => {
        for (let x = 400; x < 420; x += 1) await page.mouse.move(x, 400);
      },
    },
    'the main channel': {
      fate: cutting(
        relay,
        ({ channel, type }) => channel === 'main' && type !== 'link',
        () => 3,
      ),
      // It is asked for a sign of life when nothing else happens.
      stir: async () => undefined,
    },
  };
  for (const [where, { fate, stir }] of Object.entries(cuts)) {
    await test.step(where, async () => {
      await host.click({ position: { x: 200, y: 200 } });
      await page.keyboard.down('j');
      await expect.poll(() => keyboard.isDown(KEY_J)).toBe(true);
      relay.fate = fate;
      await stir();
      await expectPhase(page, 'lost');
      await expect(host).toHaveAttribute('data-old', 'true');
      await expect(
        page.getByText(/^Connection lost\. This is the picture of .+; reconnecting…$/),
      ).toBeVisible();
      expect(await litPixels(page)).toBeGreaterThan(1_000);
      await expect.poll(() => keyboard.isDown(KEY_J)).toBe(false);
      relay.refuses = false;
      await expectPhase(page, 'live');
      liveAt = performance.now();
      await expect(host).toHaveAttribute('data-old', 'false');
      await page.keyboard.up('j');
      await page.keyboard.press('Backspace');
      await expectSamePixels(page, home, 'demo');
    });
  }

  await test.step('while it links', async () => {
    // A server that ends one session after the other looks as if another viewer took the screen.
    await expect.poll(() => performance.now() - liveAt).toBeGreaterThan(5_000);
    let left = 2;
    relay.fate = (message) => {
      if (message.channel !== 'display' || message.type !== 'link' || left === 0) return message.bytes;
      left -= 1;
      return { cut: Math.floor(message.bytes.length / 2) };
    };
    relay.refuses = true;
    relay.dropAll();
    await expectPhase(page, 'lost');
    relay.refuses = false;
    await expectPhase(page, 'live');
    expect(left).toBe(0);
    await expectSamePixels(page, home, 'demo');
  });

  await test.step('a button that was held is not held for ever', async () => {
    const tablet = await GuestInput.record(home, 'Tablet');
    const box = await page.locator(`${canvasHost} canvas`).boundingBox();
    if (box === null) throw new Error('the canvas is not on the page');
    await page.mouse.move(box.x + 300, box.y + 300);
    await page.mouse.down();
    await expect.poll(() => tablet.isDown(BTN_LEFT)).toBe(true);
    relay.fate = cutting(
      relay,
      ({ channel, type }) => channel === 'display' && type !== 'link',
      () => 3,
    );
    await drawInGuest();
    await expectPhase(page, 'lost');
    await page.mouse.up();
    relay.refuses = false;
    await expectPhase(page, 'live');
    await expect.poll(() => tablet.isDown(BTN_LEFT)).toBe(false);
  });
  expect(watch.errors).toEqual([]);
});

/** Every drawing of an image, with `change` made to it. */
function garbling(change: (drawing: Buffer) => Buffer): Fate {
  return ({ channel, type, bytes }) =>
    channel === 'display' && type === DRAW_COPY ? change(Buffer.from(bytes)) : bytes;
}

/** spice.proto, DisplayBase: surface u32, box, then the clip's type: 0 none, 1 a count u32 and rectangles. */
const CLIP_AT = HEADER_BYTES + 4 + 16;
const RECTANGLE_BYTES = 16;

/** DRAW_COPY: after the base comes where in the message its image is, u32. */
function imagePointerAt(drawing: Buffer): number {
  const clipBytes = drawing[CLIP_AT] === 0 ? 0 : 4 + drawing.readUInt32LE(CLIP_AT + 1) * RECTANGLE_BYTES;
  return CLIP_AT + 1 + clipBytes;
}

/** ImageDescriptor: id u64, type u8, flags u8, width u32, height u32. */
const imageAt = (drawing: Buffer): number => HEADER_BYTES + drawing.readUInt32LE(imagePointerAt(drawing));

const garbles: Readonly<Record<string, Fate>> = {
  'a message of 4 GiB': garbling((drawing) => {
    drawing.writeUInt32LE(0xffff_ffff, 2);
    return drawing;
  }),
  'a message of no known kind': garbling((drawing) => {
    drawing.writeUInt16LE(0x7fff, 0);
    return drawing;
  }),
  'an image that is cut short': garbling((drawing) => {
    const half = Math.floor(drawing.length / 2);
    drawing.writeUInt32LE(half - HEADER_BYTES, 2);
    return drawing.subarray(0, half);
  }),
  'an image of 4 Gpx by 4 Gpx': garbling((drawing) => {
    drawing.writeInt32LE(-1, imageAt(drawing) + 10);
    drawing.writeInt32LE(-1, imageAt(drawing) + 14);
    return drawing;
  }),
  'an image of no known kind': garbling((drawing) => {
    drawing[imageAt(drawing) + 8] = 77;
    return drawing;
  }),
  'a clip list of a negative length': garbling((drawing) => {
    drawing[CLIP_AT] = 1;
    drawing.writeInt32LE(-1, CLIP_AT + 1);
    return drawing;
  }),
  'an image that is nowhere': garbling((drawing) => {
    drawing.writeUInt32LE(0xffff_fff0, imagePointerAt(drawing));
    return drawing;
  }),
};

test('a server that sends what makes no sense: it says so and waits, and the page stays quick', async ({
  page,
}) => {
  await using relay = await SpiceRelay.at(socket);
  const watch = new PageWatch(page);
  await using face = await serve(home);
  /** Pictures that the list has asked for: nobody has the screen then, and each may take a session of its own. */
  let asked = 0;
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      if (String(payload).includes('machine.screenshot')) asked += 1;
    });
  });
  await openDisplay(page, face.url);
  const before = await watch.residentBytes();
  const reasons = new Set<string>();
  for (const [what, fate] of Object.entries(garbles)) {
    await test.step(what, async () => {
      relay.fate = fate;
      relay.connections.length = 0;
      asked = 0;
      const tasks = await PageTasks.record(page);
      await drawInGuest();
      await expect(page.getByText('This screen cannot be read')).toBeVisible({ timeout: 30_000 });
      await expectPhase(page, 'garbled');
      expect(await litPixels(page)).toBeGreaterThan(1_000);
      reasons.add(watch.lastEnd());
      await expect(page.getByText(watch.lastEnd())).toBeVisible();
      await expect(page.getByText('Another viewer took this screen')).toBeHidden();
      // Two tries after the first end, the second later than the first; main and display link at least. A picture for
      // the list opens those two.
      expect(relay.connections.length).toBeLessThanOrEqual(2 * 4 + 2 * asked);
      await expect.poll(() => relay.openConnections).toBe(0);
      expect(await tasks.longest()).toBeLessThan(50);
      // The rest of the page goes on.
      await page.keyboard.press('Control+k');
      await expect(page.getByPlaceholder('Find a machine, an action or a page')).toBeFocused();
      await page.keyboard.press('Escape');
      relay.fate = pass;
      await page.getByRole('button', { name: 'Try again' }).click();
      await expectPhase(page, 'live');
    });
  }
  await expectSamePixels(page, home, 'demo');
  expect(reasons.size).toBeGreaterThan(4);
  expect((await watch.residentBytes()) - before).toBeLessThan(300 * 2 ** 20);
  expect(watch.errors).toEqual([]);
});

test('a server that goes silent: the picture is not called live, and is again when it answers', async ({
  page,
}) => {
  await using relay = await SpiceRelay.at(socket);
  const watch = new PageWatch(page);
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const { length } = relay.connections;
  relay.holds = true;
  await expectPhase(page, 'silent');
  await expect(page.getByText(/^demo does not answer\. This is its picture of .+\.$/)).toBeVisible();
  await expect(page.getByRole('application', { name: /^Screen of demo, picture of / })).toBeVisible();

  await test.step('it answers again, on the same connections', async () => {
    relay.holds = false;
    await expectPhase(page, 'live');
    await drawInGuest();
    await expectSamePixels(page, home, 'demo');
    expect(relay.connections).toHaveLength(length);
  });

  await test.step('a quiet guest is not a silent server', async () => {
    const phases: (string | null)[] = [];
    // As long as three of the viewer's looks.
    for (const end = performance.now() + 10_000; performance.now() < end; ) {
      phases.push(await page.locator(canvasHost).getAttribute('data-phase'));
    }
    expect(new Set(phases)).toEqual(new Set(['live']));
  });

  await test.step('leaving does not wait for it', async () => {
    relay.holds = true;
    await page.getByRole('tab', { name: 'Devices' }).click();
    await expect(page.getByRole('slider', { name: 'Memory the guest may have' })).toBeVisible();
    await expect.poll(() => page.workers().length, { timeout: 5_000 }).toBe(0);
    relay.holds = false;
    await page.getByRole('tab', { name: 'Display' }).click();
    await expectPhase(page, 'live');
  });
  expect(watch.errors).toEqual([]);
});

/** The keyboard goes on in the page from the screen, which has the focus. */
async function expectPageHasKeys(page: Page): Promise<void> {
  const host = page.locator(canvasHost);
  const palette = page.getByPlaceholder('Find a machine, an action or a page');
  await expect(host).toBeFocused();
  await page.keyboard.press('Control+k');
  await expect(palette).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
  await host.focus();
  await page.keyboard.press('Tab');
  await expect(host).not.toBeFocused();
  await expect(page.locator('button:focus')).toBeVisible();
}

test('a server that takes connections and says nothing: the page says that it waits, why, and what to do', async ({
  page,
}) => {
  await using relay = await SpiceRelay.at(socket);
  const watch = new PageWatch(page);
  await using face = await serve(home);
  relay.holds = true;
  await page.goto(face.url);
  await page.getByText('demo', { exact: true }).first().click();
  await page.getByRole('tab', { name: 'Display' }).click();
  const status = page.locator('.display-over[role="status"]');
  await expect(status).toHaveText('Connecting to the screen…');
  await expectPhase(page, 'unreachable');
  await expect(status).toContainText('The screen of demo does not answer');
  await expect(status).toContainText('The SPICE server did not open the main channel in time.');
  await expect(status).toContainText(
    'It is tried again by itself. If it stays so, see what the Log tab says',
  );
  await expect(page.getByRole('region', { name: 'Screen of demo, does not answer' })).toBeVisible();
  // A screen reader may keep silent about what is in something busy.
  await expect(page.locator('[aria-busy="true"] .display-over')).toHaveCount(0);

  await test.step('it stays while it is tried again, and goes when the server answers', async () => {
    const tries = relay.connections.length;
    await expect.poll(() => relay.connections.length).toBeGreaterThan(tries);
    await expect(status).toContainText('The screen of demo does not answer');
    relay.holds = false;
    await expectPhase(page, 'live');
    await expect(status).toBeEmpty();
  });

  await test.step('while it connects anew, the keyboard is the page’s', async () => {
    await page.locator(canvasHost).focus();
    relay.holds = true;
    relay.dropAll();
    await expectPhase(page, 'lost');
    await expectPageHasKeys(page);
    relay.holds = false;
    await expectPhase(page, 'live');
  });
  expect(watch.errors).toEqual([]);
});

test('spice-html5 too says that a silent server does not answer, and is live when it does', async ({
  page,
}) => {
  await using relay = await SpiceRelay.at(socket);
  await using face = await serve(home);
  await page.addInitScript(() => localStorage.setItem('innkeeper.viewer', 'html5'));
  relay.holds = true;
  await page.goto(face.url);
  await page.getByText('demo', { exact: true }).first().click();
  await page.getByRole('tab', { name: 'Display' }).click();
  await expectPhase(page, 'unreachable');
  await expect(page.locator('.display-over')).toContainText('The screen of demo does not answer');
  await expect(page.locator('.display-over')).toContainText('The SPICE server did not answer in time.');
  relay.holds = false;
  await expectPhase(page, 'live');
});

/** @returns what has stood over the screen since. */
async function watchWords(page: Page): Promise<() => Promise<string[]>> {
  await page.locator('.display-over').evaluate((over) => {
    const said: string[] = [];
    Object.assign(window, { said });
    new MutationObserver(() => said.push(over.textContent)).observe(over, {
      childList: true,
      subtree: true,
      characterData: true,
    });
  });
  return () => page.evaluate(() => (window as unknown as { said: string[] }).said);
}

test('a guest whose QEMU is killed: the screen says what happened, and is live when it runs again', async ({
  page,
}) => {
  const watch = new PageWatch(page);
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const [pid] = home.guestPids();
  if (pid === undefined) throw new Error('no guest runs');
  process.kill(pid, 'SIGKILL');
  await expect(page.getByText('demo crashed')).toBeVisible();
  await expect(page.locator(canvasHost)).toHaveAttribute('data-old', 'true');
  expect(await litPixels(page)).toBeGreaterThan(1_000);
  const said = await watchWords(page);
  await page.locator('.display-notice').getByRole('button', { name: 'Start' }).click();
  await expectPhase(page, 'live');
  await expect(page.locator(canvasHost)).toBeFocused();
  // The picture of the run that crashed is not one of this run.
  const words = await said();
  expect(words).toContain('demo is starting');
  expect(words.filter((one) => /Connection lost|picture of/.test(one))).toEqual([]);
  await waitForDemo(home);
  await expectSamePixels(page, home, 'demo');

  await test.step('forced off while it has the keyboard: the keys are the page’s again', async () => {
    await page.locator(canvasHost).click();
    await home.ok('stop', 'demo', '--force');
    await expect(page.getByText('demo shut down')).toBeVisible();
    await expectPageHasKeys(page);
  });
  expect(watch.errors).toEqual([]);
});
