import type { Page } from '@playwright/test';
import { CURSOR_TYPE, MOUSE_MODE, SURFACE_FORMAT } from '../../renderer/spice/protocol/constants.ts';
import type { Home } from '../fixtures/home.ts';
import { expect, test } from '../fixtures/test.ts';
import { cursor } from '../spice-server/cursor-messages.ts';
import { display } from '../spice-server/display-messages.ts';
import { draw } from '../spice-server/draw-messages.ts';
import { canvasHost, openDisplay } from './screen.ts';
import { serve } from './serve.ts';
import { shareRunning, standIn } from './stand-in.ts';

/** The trail of a guest's pointer in our own viewer, with a server that asks for one. */
let home: Home;

shareRunning((begun) => {
  home = begun;
});

const SCREEN = { left: 0, top: 0, right: 1000, bottom: 600 };
const HEAD = { left: 200, top: 100, right: 1000, bottom: 600 };
const FIRST = [
  display.surfaceCreate(0, { width: SCREEN.right, height: SCREEN.bottom }, SURFACE_FORMAT.xrgb32),
  draw.fill({ box: SCREEN }, { color: 0x204060 }),
  display.monitors([{ id: 0, ...HEAD }]),
  display.mark(),
];

/** A white square of 16 pixels with its hotspot in the middle. */
const SQUARE = {
  ...{ type: CURSOR_TYPE.alpha, width: 16, height: 16, hotspot: { x: 8, y: 8 } },
  data: new Uint8Array(16 * 16 * 4).fill(0xff),
};

/** What is seen of the trail. */
async function copies(page: Page): Promise<number> {
  return await page.locator('.display-trail canvas').count();
}

test('a moved pointer leaves as many copies as the guest wants, and they go when it rests', async ({
  page,
}) => {
  await using stand = await standIn(home, 'demo', FIRST);
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const channel = await (await stand.viewer()).cursor;
  channel.sendAll([cursor.set(SQUARE), cursor.trail(5, 500)]);
  await channel.handled();
  const box = await page.locator(`${canvasHost} canvas`).boundingBox();
  if (box === null) throw new Error('the canvas is not on the page');
  let moves = 0;
  const move = async () => {
    moves += 1;
    await page.mouse.move(box.x + 100 + ((moves * 17) % 300), box.y + 100 + ((moves * 11) % 200));
  };
  let most = 0;
  const moveAndCount = async () => {
    await move();
    const count = await copies(page);
    most = Math.max(most, count);
    return count;
  };

  await test.step('as the person’s own', async () => {
    await expect.poll(moveAndCount, { intervals: [1] }).toBe(5);
    await expect(page.locator('.display-trail')).toHaveAttribute('aria-hidden', 'true');
    await expect(page.locator('.display-trail')).toHaveCSS('pointer-events', 'none');
    await expect.poll(() => copies(page)).toBe(0);
    await expect(page.locator('.display-trail')).toHaveCount(0);
    expect(most).toBe(5);
  });

  await test.step('none for who wants little motion', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    most = 0;
    for (let times = 0; times < 20; times += 1) await moveAndCount();
    expect(most).toBe(0);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await expect.poll(moveAndCount, { intervals: [1] }).toBeGreaterThan(0);
  });

  await test.step('none when the guest wants none any more', async () => {
    const { type, body } = cursor.trail(0, 0);
    channel.send(type, body);
    await expect.poll(() => copies(page)).toBe(0);
    most = 0;
    for (let times = 0; times < 20; times += 1) await moveAndCount();
    expect(most).toBe(0);
  });
});

test('a pointer that the guest moves leaves them where it was on the monitor that shows', async ({
  page,
}) => {
  await using stand = await standIn(home, 'demo', FIRST);
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const viewer = await stand.viewer();
  viewer.mouseMode(MOUSE_MODE.server, MOUSE_MODE.server);
  const channel = await viewer.cursor;
  // A tenth of the head's width from its left, and a fifth of its height from its top; the hotspot, that is.
  const at = { x: HEAD.left + 80, y: HEAD.top + 100 };
  channel.sendAll([cursor.set(SQUARE, at), cursor.trail(4, 500)]);
  const pointer = page.locator('.display-pointer');
  await expect(pointer).toHaveCSS('position', 'absolute');
  const placeOf = (element: HTMLElement) => [element.style.left, element.style.top];
  await expect.poll(() => pointer.evaluate(placeOf)).toEqual(['9%', '18.4%']);
  await channel.handled();
  const there = cursor.move({ x: at.x + 80, y: at.y });
  // In every frame, as the copy is gone in half a second.
  const left = page.waitForFunction(() => {
    const copy = document.querySelector('.display-trail')?.shadowRoot?.querySelector('canvas');
    return copy ? [copy.style.left, copy.style.top] : null;
  });
  channel.send(there.type, there.body);
  expect(await (await left).jsonValue()).toEqual(['9%', '18.4%']);
  await expect.poll(() => pointer.evaluate(placeOf)).toEqual(['19%', '18.4%']);
  await expect.poll(() => copies(page)).toBe(0);
});
