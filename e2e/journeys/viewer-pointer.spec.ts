import type { Page } from '@playwright/test';
import type { Home } from '../fixtures/home.ts';
import { shareDemo } from '../fixtures/shared-demo.ts';
import { expect, test } from '../fixtures/test.ts';
import { canvasSize, EV_ABS, EV_KEY, EV_REL, GuestInput, type InputEvent } from './guest-input.ts';
import { PageWatch } from './page-watch.ts';
import { canvasHost, openDisplay, showDisplay } from './screen.ts';
import { serve } from './serve.ts';

/** What arrives in the guest of a person's pointer in our own viewer, with one demo guest. */
let home: Home;
shareDemo((begun) => {
  home = begun;
});

/** Linux, input-event-codes.h. */
const [BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE, BTN_EXTRA] = [0x110, 0x111, 0x112, 0x113, 0x114];
const [REL_X, REL_Y, REL_WHEEL] = [0, 1, 8];

interface Point {
  readonly x: number;
  readonly y: number;
}

async function setSize(page: Page, long: string): Promise<void> {
  await page.mouse.move(640, 780);
  await page
    .getByRole('toolbar')
    .getByRole('button', { name: /^(Fit|Whole|1:1)$/ })
    .click();
  await page.getByRole('menuitemradio', { name: long }).click();
}

/** Where the guest's tablet was when its left button went down, each time. QEMU: see `lastPosition`. */
function clicksIn(events: readonly InputEvent[], size: { width: number; height: number }): Point[] {
  const axes = [Number.NaN, Number.NaN];
  const clicks: Point[] = [];
  for (const { type, code, value } of events) {
    if (type === EV_ABS && code < 2) axes[code] = value;
    if (type !== EV_KEY || code !== BTN_LEFT || value !== 1) continue;
    const [x = 0, y = 0] = axes;
    clicks.push({ x: Math.round((x * size.width) / 32767), y: Math.round((y * size.height) / 32767) });
  }
  return clicks;
}

for (const ratio of [1, 1.5, 2]) {
  test(`a click lands on its pixel, corners too, in every size, ${ratio} device pixels per CSS pixel`, async ({
    browser,
  }) => {
    await using context = await browser.newContext({
      deviceScaleFactor: ratio,
      viewport: { width: 1280, height: 800 },
    });
    const page = await context.newPage();
    await using face = await serve(home);
    await openDisplay(page, face.url);
    const size = await canvasSize(page);
    const tablet = await GuestInput.record(home, 'Tablet');
    const wanted: Point[] = [];
    // A guest's kernel tells an axis only when it changes: not from where it is at first.
    await page.mouse.move(700, 400);
    for (const long of ['Fit the window', 'Largest whole multiple', 'One pixel for each of the guest’s']) {
      await setSize(page, long);
      const canvas = page.locator(`${canvasHost} canvas`).first();
      for (const target of [
        { x: 0, y: 0 },
        { x: size.width - 1, y: 0 },
        { x: 333, y: 267 },
        { x: 0, y: size.height - 1 },
        { x: size.width - 1, y: size.height - 1 },
      ]) {
        await canvas.evaluate((element, [x, y]) => element.closest('.display-area')?.scrollTo(x, y), [
          target.x > size.width / 2 ? 10_000 : 0,
          target.y > size.height / 2 ? 10_000 : 0,
        ] as const);
        const box = await canvas.boundingBox();
        if (box === null) throw new Error('the canvas is not on the page');
        const at = {
          x: box.x + ((target.x + 0.5) * box.width) / size.width,
          y: box.y + ((target.y + 0.5) * box.height) / size.height,
        };
        await page.mouse.click(at.x, at.y);
        wanted.push(target);
        // QEMU's tablet holds 16 events (hw/input/hid.c, QUEUE_LENGTH) for a guest that is slow.
        await expect.poll(async () => clicksIn(await tablet.events(1000), size)).toEqual(wanted);
      }
    }
  });
}

/** Runs a QMP command on the demo. */
async function qmp(execute: string, args: Record<string, unknown>): Promise<void> {
  await home.ok('qmp', 'demo', JSON.stringify({ execute, arguments: args }));
}

/** How far the mouse went, and what its buttons and wheel did, in order. */
function movesIn(events: readonly InputEvent[]): { x: number; y: number; wheel: number; buttons: string[] } {
  const sum = (axis: number) =>
    events
      .filter(({ type, code }) => type === EV_REL && code === axis)
      .reduce((total, { value }) => total + value, 0);
  const names: Readonly<Record<number, string>> = {
    [BTN_LEFT]: 'left',
    [BTN_RIGHT]: 'right',
    [BTN_MIDDLE]: 'middle',
    [BTN_SIDE]: 'side',
    [BTN_EXTRA]: 'extra',
  };
  const buttons = events
    .filter(({ type }) => type === EV_KEY)
    .map(({ code, value }) => `${names[code] ?? code} ${value === 1 ? 'down' : 'up'}`);
  return { x: sum(REL_X), y: sum(REL_Y), wheel: sum(REL_WHEEL), buttons };
}

test('a guest without a tablet: a click catches the mouse, its movements arrive, and there is a way out', async ({
  page,
}) => {
  const watch = new PageWatch(page);
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const host = page.locator(canvasHost);
  const isCaught = () => page.evaluate(() => document.pointerLockElement !== null);
  await page.mouse.move(400, 300);
  await qmp('device_del', { id: 'tablet0' });
  const mouse = await GuestInput.record(home, 'Mouse');
  const heard = async () => movesIn(await mouse.events(1000));
  const toCatch = page.getByText(/^Click to give demo your mouse/);
  await host.focus();
  await expect(toCatch).toBeVisible();

  await test.step('the click that catches it is not the guest’s', async () => {
    await page.mouse.down();
    await expect.poll(isCaught).toBe(true);
    await expect(page.getByText(/^demo has your mouse and keys\. Press and let go Ctrl\+Alt/)).toBeVisible();
    await page.mouse.up();
  });

  await test.step('movements, buttons and the wheel arrive', async () => {
    const before = await heard();
    expect(before.buttons).toEqual([]);
    const box = await page.locator(`${canvasHost} canvas`).boundingBox();
    const size = await canvasSize(page);
    if (box === null) throw new Error('the canvas is not on the page');
    const guestPixels = size.width / box.width;
    await page.mouse.move(450, 320, { steps: 5 });
    await expect.poll(async () => (await heard()).x - before.x).toBe(Math.trunc(50 * guestPixels));
    expect((await heard()).y - before.y).toBe(Math.trunc(20 * guestPixels));
    // One after the other: QEMU's PS/2 mouse makes one of what a busy guest has not fetched yet.
    for (const [button, code] of [
      ['left', BTN_LEFT],
      ['right', BTN_RIGHT],
      ['middle', BTN_MIDDLE],
    ] as const) {
      await page.mouse.down({ button });
      await expect.poll(() => mouse.isDown(code)).toBe(true);
      await page.mouse.up({ button });
      await expect.poll(() => mouse.isDown(code)).toBe(false);
    }
    await page.mouse.wheel(0, 120);
    await page.mouse.wheel(0, -120);
    await page.mouse.wheel(0, -120);
    await expect
      .poll(async () => (await heard()).buttons)
      .toEqual(['left down', 'left up', 'right down', 'right up', 'middle down', 'middle up']);
    // Up is positive in the guest.
    await expect.poll(async () => (await heard()).wheel).toBe(1);
  });

  await test.step('Ctrl+Alt gives it back; another click catches it again', async () => {
    await page.keyboard.press('Control+Alt');
    await expect.poll(isCaught).toBe(false);
    await expect(host).not.toBeFocused();
    const before = await heard();
    await page.mouse.move(500, 340);
    expect(await heard()).toEqual(before);
  });

  await test.step('a quick click catches it too, and the next click is the guest’s', async () => {
    await page.mouse.click(500, 340);
    await expect.poll(isCaught).toBe(true);
    await page.mouse.down({ button: 'right' });
    await expect.poll(() => mouse.isDown(BTN_RIGHT)).toBe(true);
    await page.mouse.up({ button: 'right' });
    await expect.poll(() => mouse.isDown(BTN_RIGHT)).toBe(false);
    await page.keyboard.press('Control+Alt');
    await expect.poll(isCaught).toBe(false);
  });

  await test.step('a browser that refuses', async () => {
    await page.evaluate(() => {
      Element.prototype.requestPointerLock = () =>
        Promise.reject(new DOMException('not now', 'NotAllowedError'));
    });
    await page.mouse.click(500, 340);
    await expect(page.getByText(/^The browser keeps your mouse from demo\./)).toBeVisible();
    await page.reload();
    await showDisplay(page);
    await page.mouse.move(500, 340);
    await page.mouse.click(500, 340);
    await expect.poll(isCaught).toBe(true);
  });

  await test.step('with a tablet again, places arrive and the mouse is free', async () => {
    await qmp('device_add', { driver: 'usb-tablet', id: 'tablet0', bus: 'usb0.0' });
    await expect.poll(isCaught, { timeout: 15_000 }).toBe(false);
    await expect
      .poll(() => home.inGuest('demo', 'cat /sys/class/input/event*/device/name'))
      .toContain('Tablet');
    const tablet = await GuestInput.record(home, 'Tablet');
    const box = await page.locator(`${canvasHost} canvas`).boundingBox();
    const size = await canvasSize(page);
    if (box === null) throw new Error('the canvas is not on the page');
    const target = { x: 512, y: 300 };
    await page.mouse.move(box.x + 10, box.y + 10);
    await page.mouse.move(
      box.x + ((target.x + 0.5) * box.width) / size.width,
      box.y + ((target.y + 0.5) * box.height) / size.height,
    );
    await expect.poll(() => tablet.position(size)).toEqual(target);
  });
  expect(watch.errors).toEqual([]);
});
