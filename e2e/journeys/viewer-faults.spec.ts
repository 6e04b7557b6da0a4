import type { Page } from '@playwright/test';
import { machineRuntime } from '../../backend/store/paths.ts';
import { waitForDemo } from '../fixtures/demo.ts';
import type { Home } from '../fixtures/home.ts';
import { shareDemo } from '../fixtures/shared-demo.ts';
import { type Fate, pass, SpiceRelay } from '../fixtures/spice-relay.ts';
import { expect, test } from '../fixtures/test.ts';
import { expectPageHasKeys, expectPhase } from './display-page.ts';
import { GuestInput } from './guest-input.ts';
import { PageTasks } from './page-tasks.ts';
import { PageWatch } from './page-watch.ts';
import { canvasHost, expectSamePixels, litPixels, openDisplay } from './screen.ts';
import { serve } from './serve.ts';

/** Our own viewer when the guest's display server dies or sends what makes no sense, with one demo guest. */
let home: Home;
let socket: string;
shareDemo((begun, { id }) => {
  home = begun;
  socket = machineRuntime(begun.folders, id).spice;
});

/** spice.proto, DisplayChannel. */
const DRAW_COPY = 304;
const HEADER_BYTES = 6;
/** Linux, input-event-codes.h. */
const KEY_J = 36;
const BTN_LEFT = 0x110;

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
