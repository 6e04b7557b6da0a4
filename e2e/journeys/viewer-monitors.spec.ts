import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { AGENT_CAP, AGENT_MESSAGE } from '../../renderer/spice/agent/agent-constants.ts';
import { announceCapabilities } from '../../renderer/spice/agent/agent-messages.ts';
import { ByteReader } from '../../renderer/spice/protocol/byte-reader.ts';
import { DISPLAY_OUT, INPUTS_OUT, SURFACE_FORMAT } from '../../renderer/spice/protocol/constants.ts';
import type { Point, Rect } from '../../renderer/spice/protocol/geometry.ts';
import type { Home } from '../fixtures/home.ts';
import { readPng } from '../fixtures/png.ts';
import { expect, test } from '../fixtures/test.ts';
import { display } from '../spice-server/display-messages.ts';
import { draw } from '../spice-server/draw-messages.ts';
import type { ServerChannel } from '../spice-server/server-channel.ts';
import { expectPhase } from './display-page.ts';
import { canvasSize } from './guest-input.ts';
import { PageWatch } from './page-watch.ts';
import { canvasHost, openDisplay } from './screen.ts';
import { serve } from './serve.ts';
import { shareRunning, standIn } from './stand-in.ts';

/** What our own viewer makes of a guest's monitors, with a server that tells of any. */
let home: Home;

shareRunning((begun) => {
  home = begun;
});

const [RED, GREEN, BLUE, WHITE] = [0xff0000, 0x00ff00, 0x0000ff, 0xffffff];

function box(left: number, top: number, right: number, bottom: number): Rect {
  return { left, top, right, bottom };
}

/** How many pixels of the canvas have which colour, by its hexadecimal name. */
async function colours(page: Page): Promise<Record<string, number>> {
  return await page.evaluate((selector) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`${selector} canvas`);
    if (canvas === null) return {};
    const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    if (context === null) throw new Error('no 2d context');
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const counts: Record<string, number> = {};
    for (let at = 0; at < data.length; at += 4) {
      const name = [data[at], data[at + 1], data[at + 2]]
        .map((part = 0) => part.toString(16).padStart(2, '0'))
        .join('');
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }, canvasHost);
}

/** Moves the pointer to the middle of a pixel of the canvas. */
async function pointAt(page: Page, { x, y }: Point): Promise<void> {
  const canvas = page.locator(`${canvasHost} canvas`).first();
  const area = await canvas.boundingBox();
  const size = await canvasSize(page);
  if (area === null) throw new Error('the canvas is not on the page');
  await page.mouse.move(
    area.x + ((x + 0.5) * area.width) / size.width,
    area.y + ((y + 0.5) * area.height) / size.height,
  );
}

/** Where the guest heard that the pointer is, and on which display. */
function placeTold({ received }: ServerChannel): Point & { readonly display: number } {
  const last = received.findLast(({ type }) => type === INPUTS_OUT.mousePosition);
  const reader = new ByteReader(last?.body ?? new Uint8Array(11), 'mousePosition');
  const [x, y] = [reader.u32(), reader.u32()];
  reader.u16();
  return { x, y, display: reader.u8() };
}

async function expectPlaces(page: Page, inputs: ServerChannel, origin: Point): Promise<void> {
  const { width, height } = await canvasSize(page);
  for (const at of [
    { x: 5, y: 5 },
    { x: 0, y: 0 },
    { x: width - 1, y: 17 },
    { x: Math.floor(width / 3), y: Math.floor(height / 2) },
  ]) {
    await pointAt(page, at);
    await expect
      .poll(() => placeTold(inputs))
      .toEqual({ x: origin.x + at.x, y: origin.y + at.y, display: 0 });
  }
}

test('of a screen with one monitor on it, that monitor shows; without it, the whole screen', async ({
  page,
}) => {
  const watch = new PageWatch(page);
  await using stand = await standIn(home, 'demo', [
    display.surfaceCreate(0, { width: 1280, height: 800 }, SURFACE_FORMAT.xrgb32),
    draw.fill({ box: box(0, 0, 1280, 800) }, { color: RED }),
    draw.fill({ box: box(200, 100, 1000, 700) }, { color: GREEN }),
    display.monitors([{ id: 0, ...box(200, 100, 1000, 700) }]),
    display.mark(),
  ]);
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const viewer = await stand.viewer();
  const [channel, inputs] = [await viewer.display, await viewer.inputs];
  await expect.poll(() => colours(page)).toEqual({ '00ff00': 800 * 600 });
  await expectPlaces(page, inputs, { x: 200, y: 100 });
  await expect(page.getByRole('toolbar').getByRole('button', { name: 'Fit' })).toBeVisible();

  await test.step('it asks for LZ4 right after it said who it is', async () => {
    const said = channel.received.map(({ type, body }) => [type, body[0]]);
    expect(said.slice(0, 2)).toEqual([
      [DISPLAY_OUT.init, 1],
      [DISPLAY_OUT.preferredCompression, 7],
    ]);
  });

  await test.step('what is drawn across its edge shows on this side of it alone', async () => {
    const fill = draw.fill({ box: box(990, 0, 1100, 110) }, { color: WHITE });
    channel.send(fill.type, fill.body);
    await expect.poll(() => colours(page)).toEqual({ '00ff00': 800 * 600 - 100, ffffff: 100 });
  });

  await test.step('a monitor that goes beyond the screen is none', async () => {
    const monitors = display.monitors([{ id: 0, ...box(1000, 100, 1800, 700) }]);
    channel.send(monitors.type, monitors.body);
    await expect.poll(() => canvasSize(page)).toEqual({ width: 1280, height: 800 });
    await expect.poll(async () => (await colours(page)).ffffff).toBe(110 * 110);
    await expectPlaces(page, inputs, { x: 0, y: 0 });
  });

  await test.step('another resolution shows whole until its monitors are told', async () => {
    channel.sendAll([
      display.monitors([{ id: 0, ...box(0, 0, 640, 480) }]),
      display.surfaceDestroy(0),
      display.surfaceCreate(0, { width: 1024, height: 768 }, SURFACE_FORMAT.xrgb32),
      draw.fill({ box: box(0, 0, 1024, 768) }, { color: BLUE }),
    ]);
    await expect.poll(() => colours(page)).toEqual({ '0000ff': 1024 * 768 });
    const monitors = display.monitors([{ id: 0, ...box(24, 0, 1024, 768) }]);
    channel.send(monitors.type, monitors.body);
    await expect.poll(() => colours(page)).toEqual({ '0000ff': 1000 * 768 });
    await expectPlaces(page, inputs, { x: 24, y: 0 });
  });
  expect(watch.errors).toEqual([]);
});

const HEADS = [
  { id: 0, ...box(0, 0, 800, 600) },
  { id: 1, ...box(800, 0, 1600, 600) },
];
const TWO_HEADS = [
  display.surfaceCreate(0, { width: 1600, height: 600 }, SURFACE_FORMAT.xrgb32),
  draw.fill({ box: box(0, 0, 800, 600) }, { color: RED }),
  draw.fill({ box: box(800, 0, 1600, 600) }, { color: GREEN }),
  display.mark(),
  display.monitors(HEADS),
];

test('of two monitors the first shows, and the person may choose the other or both', async ({ page }) => {
  const watch = new PageWatch(page);
  await using stand = await standIn(home, 'demo', TWO_HEADS);
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const viewer = await stand.viewer();
  const [channel, inputs] = [await viewer.display, await viewer.inputs];
  const bar = page.getByRole('toolbar', { name: 'Screen of demo' });
  const sizes = async () => {
    await page.mouse.move(640, 796);
    await bar.getByRole('button', { name: 'Fit' }).click();
  };
  await expect.poll(() => colours(page)).toEqual({ ff0000: 800 * 600 });

  await test.step('the other', async () => {
    await sizes();
    await expect(page.getByRole('menuitemradio', { name: 'Monitor 1' })).toBeChecked();
    await expect(page.getByRole('menuitemradio', { name: 'Fit the window' })).toBeChecked();
    await page.getByRole('menuitemradio', { name: 'Monitor 2' }).click();
    await expect.poll(() => colours(page)).toEqual({ '00ff00': 800 * 600 });
    await expectPlaces(page, inputs, { x: 800, y: 0 });
  });

  await test.step('a screenshot is of what shows', async () => {
    await page.mouse.move(640, 796);
    await bar.getByRole('button', { name: 'Screenshot' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Save as PNG…' }).click();
    const { width, height } = readPng(await readFile(await (await download).path()));
    expect([width, height]).toEqual([800, 600]);
  });

  await test.step('both', async () => {
    await sizes();
    await page.getByRole('menuitemradio', { name: 'All monitors' }).click();
    await expect.poll(() => colours(page)).toEqual({ ff0000: 800 * 600, '00ff00': 800 * 600 });
    await expectPlaces(page, inputs, { x: 0, y: 0 });
  });

  await test.step('by name', async () => {
    await page.getByRole('tab', { name: 'Display' }).focus();
    await page.keyboard.press('Control+k');
    await expect(page.getByPlaceholder('Find a machine, an action or a page')).toBeFocused();
    await page.keyboard.type('Monitor 2');
    await page.keyboard.press('Enter');
    await expect.poll(() => colours(page)).toEqual({ '00ff00': 800 * 600 });
  });

  await test.step('the one that is left when the other goes', async () => {
    const alone = display.monitors(HEADS.slice(0, 1));
    channel.send(alone.type, alone.body);
    await expect.poll(() => colours(page)).toEqual({ ff0000: 800 * 600 });
    await sizes();
    await expect(page.getByRole('menuitemradio', { name: 'Monitor 1' })).toBeChecked();
    await expect(page.getByRole('menuitemradio', { name: 'Monitor 2' })).toBeHidden();
    await page.keyboard.press('Escape');
  });

  await test.step('one that fills the screen, with nothing to choose', async () => {
    const all = display.monitors([{ id: 0, ...box(0, 0, 1600, 600) }]);
    channel.send(all.type, all.body);
    await expect.poll(() => canvasSize(page)).toEqual({ width: 1600, height: 600 });
    await sizes();
    await expect(page.getByRole('menuitemradio', { name: 'Fit the window' })).toBeVisible();
    await expect(page.getByRole('menuitemradio', { name: /onitor/ })).toHaveCount(0);
    await page.keyboard.press('Escape');
  });
  expect(watch.errors).toEqual([]);
});

test('the monitor that was chosen shows again after a look elsewhere', async ({ page }) => {
  await using _stand = await standIn(home, 'demo', TWO_HEADS);
  await using face = await serve(home);
  await openDisplay(page, face.url);
  await expect.poll(() => colours(page)).toEqual({ ff0000: 800 * 600 });
  await page.mouse.move(640, 796);
  await page.getByRole('toolbar', { name: 'Screen of demo' }).getByRole('button', { name: 'Fit' }).click();
  await page.getByRole('menuitemradio', { name: 'Monitor 2' }).click();
  await expect.poll(() => colours(page)).toEqual({ '00ff00': 800 * 600 });
  await page.getByRole('tab', { name: 'Devices' }).click();
  await expect(page.locator(canvasHost)).toHaveCount(0);
  await page.getByRole('tab', { name: 'Display' }).click();
  await expectPhase(page, 'live');
  await expect.poll(() => colours(page)).toEqual({ '00ff00': 800 * 600 });
});

test('a guest with two monitors is asked for no size, which would turn the others off', async ({ page }) => {
  await using stand = await standIn(home, 'demo', TWO_HEADS);
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const { agent, display: opened } = await stand.viewer();
  const channel = await opened;
  agent.connect();
  await agent.send(announceCapabilities(true, new Set([AGENT_CAP.monitorsConfig])));
  const sizes = () =>
    agent.received.filter(
      (bytes) => new ByteReader(bytes.subarray(4), 'agent').u32() === AGENT_MESSAGE.monitorsConfig,
    );
  const bar = page.getByRole('toolbar', { name: 'Screen of demo' });
  await page.mouse.move(640, 796);
  await bar.getByRole('button', { name: 'Fit' }).click();
  const follows = page.getByRole('menuitemcheckbox', { name: 'Guest follows the window' });
  await expect(follows).toHaveAttribute('aria-disabled', 'true');
  await expect(follows).toHaveAccessibleDescription(/more than one monitor/);
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 1000, height: 700 });

  const alone = display.monitors(HEADS.slice(0, 1));
  channel.send(alone.type, alone.body);
  await expect.poll(() => sizes().length).toBeGreaterThan(0);
  expect(sizes()).toHaveLength(1);
});

test('a picture that is taken without a window is of the whole screen', async () => {
  await using _ = await standIn(home, 'demo', TWO_HEADS);
  const file = `${home.path}/screen.png`;
  await home.ok('screenshot', 'demo', file, '--via', 'spice');
  const { width, height } = readPng(await readFile(file));
  expect([width, height]).toEqual([1600, 600]);
});
