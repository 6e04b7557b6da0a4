import type { Browser, Page } from '@playwright/test';
import { findChromium } from '../fixtures/find-chromium.ts';
import type { Home } from '../fixtures/home.ts';
import { shareDemo } from '../fixtures/shared-demo.ts';
import { expect, test } from '../fixtures/test.ts';
import { expectPhase } from './display-page.ts';
import { canvasSize, GuestInput } from './guest-input.ts';
import { canvasHost, litPixels, openDisplay, watchPhases } from './screen.ts';
import { serve } from './serve.ts';

/** Where and how the guest's screen shows in our own viewer, with one demo guest. */
let home: Home;
shareDemo((begun) => {
  home = begun;
});

/** Linux, input-event-codes.h. */
const BTN_LEFT = 0x110;

const sizes = {
  Fit: 'Fit the window',
  Whole: 'Largest whole multiple',
  '1:1': 'One pixel for each of the guest’s',
};

async function setSize(page: Page, long: string): Promise<void> {
  const button = page.getByRole('toolbar').getByRole('button', { name: /^(Fit|Whole|1:1)$/ });
  await button.click();
  await page.getByRole('menuitemradio', { name: long }).click();
}

/**
 * Of the screen's upper left, how many device pixels are not just the colour of their guest pixel, each of which is a
 * square of `each` × `each`.
 */
async function smearedPixels(page: Page, ratio: number, each: number): Promise<number> {
  const shot = (await page.screenshot()).toString('base64');
  return await page.evaluate(
    async ([selector, encoded, dense, square]) => {
      const canvas = document.querySelector<HTMLCanvasElement>(`${selector} canvas`);
      if (canvas === null) return -1;
      const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
      const page = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const pixels = (source: HTMLCanvasElement | ImageBitmap): Uint32Array => {
        const context = new OffscreenCanvas(source.width, source.height).getContext('2d');
        if (context === null) throw new Error('no 2d context');
        context.drawImage(source, 0, 0);
        return new Uint32Array(context.getImageData(0, 0, source.width, source.height).data.buffer);
      };
      const [guest, seen] = [pixels(canvas), pixels(page)];
      const box = canvas.getBoundingClientRect();
      const left = Math.round(box.left * dense);
      const top = Math.round(box.top * dense);
      let smeared = 0;
      // Not its very corner, which is rounded.
      for (let y = 8; y < 200; y += 1) {
        for (let x = 8; x < 300; x += 1) {
          for (let part = 0; part < square * square; part += 1) {
            const row = top + y * square + Math.floor(part / square);
            if (seen[row * page.width + left + x * square + (part % square)] !== guest[y * canvas.width + x])
              smeared += 1;
          }
        }
      }
      return smeared;
    },
    [canvasHost, shot, ratio, each] as const,
  );
}

for (const ratio of [1, 1.5, 2]) {
  test(`every size is right and the pointer exact, ${ratio} device pixels per CSS pixel`, async ({
    playwright,
  }) => {
    // Emulated densities lay out in CSS pixels; a browser of that density lays out in its own.
    await using browser = await playwright.chromium.launch({
      executablePath: findChromium(process.env),
      chromiumSandbox: process.getuid?.() !== 0,
      args: ['--disable-gpu', '--window-size=1280,900', `--force-device-scale-factor=${ratio}`],
    });
    const page = await browser.newPage({ viewport: null });
    expect(await page.evaluate(() => devicePixelRatio)).toBe(ratio);
    await using face = await serve(home);
    await openDisplay(page, face.url);
    const size = await canvasSize(page);
    const tablet = await GuestInput.record(home, 'Tablet');
    for (const long of Object.values(sizes)) {
      await setSize(page, long);
      const area = await page.locator('.display-area').boundingBox();
      const canvas = page.locator(`${canvasHost} canvas`).first();
      await expect(async () => {
        const box = await canvas.boundingBox();
        if (box === null || area === null) throw new Error('the canvas is not on the page');
        const scale = (box.width * ratio) / size.width;
        if (long === sizes['1:1']) expect(scale).toBeCloseTo(1, 4);
        if (long === sizes.Whole) expect(scale).toBeCloseTo(Math.max(1, Math.round(scale)), 4);
        if (long === sizes.Fit) {
          expect(box.width).toBeLessThanOrEqual(area.width + 0.01);
          expect(box.height).toBeLessThanOrEqual(area.height + 0.01);
        }
        // A browser lays out in 64ths of a CSS pixel.
        const left = box.x * ratio;
        expect(Math.abs(left - Math.round(left))).toBeLessThanOrEqual(ratio / 64);
      }).toPass({ timeout: 10_000 });
      const box = await canvas.boundingBox();
      if (box === null || area === null) throw new Error('the canvas is not on the page');
      const scale = { x: box.width / size.width, y: box.height / size.height };
      const each = (box.width * ratio) / size.width;
      if (long !== sizes.Fit) {
        await page.mouse.move(1, 1);
        await expect.poll(() => smearedPixels(page, ratio, Math.round(each)), { timeout: 10_000 }).toBe(0);
      }
      // What can be seen of it without scrolling, from corner to corner.
      const seen = {
        x: Math.min(size.width, Math.floor((area.x + area.width - box.x) / scale.x)) - 1,
        y: Math.min(size.height, Math.floor((area.y + area.height - box.y) / scale.y)) - 1,
      };
      for (const target of [
        { x: 0, y: 0 },
        { x: Math.floor(seen.x / 3), y: Math.floor(seen.y / 2) },
        { x: seen.x - 20, y: 17 },
      ]) {
        await page.mouse.move(box.x + (target.x + 5.5) * scale.x, box.y + (target.y + 5.5) * scale.y);
        await page.mouse.move(box.x + (target.x + 0.5) * scale.x, box.y + (target.y + 0.5) * scale.y);
        await expect.poll(() => tablet.position(size), { timeout: 10_000 }).toEqual(target);
      }
    }
  });
}

test('in full screen the guest has the keys, and the bar comes when it is wanted', async ({ page }) => {
  // Chromium says so of a key that it cannot lock.
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('keyboard.lock')) warnings.push(message.text());
  });
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const bar = page.getByRole('toolbar', { name: 'Screen of demo' });
  await bar.getByRole('button', { name: 'Full screen' }).click();
  await expect(page.locator(canvasHost)).toBeFocused();
  await page.mouse.move(640, 200);
  await expect(bar).toHaveCSS('opacity', '0');
  await page.mouse.move(640, 798);
  await expect(bar).toHaveCSS('opacity', '1');
  await page.mouse.move(640, 200);
  await expect(bar).toHaveCSS('opacity', '0');
  await page.keyboard.press('Control+Alt');
  await expect(bar).toHaveCSS('opacity', '1');
  await expect(bar.getByRole('button').first()).toBeFocused();
  await test.step('what it covers cannot be reached by Tab', async () => {
    for (let presses = 0; presses < 20; presses += 1) {
      await page.keyboard.press('Tab');
      // Between the last and the first is the browser's own.
      expect(
        await page.evaluate(() => document.activeElement?.closest('.side, .machine-head, [role=tablist]')),
      ).toBe(null);
      if (await page.locator(canvasHost).evaluate((host) => host === document.activeElement)) break;
    }
    await expect(page.locator(canvasHost)).toBeFocused();
    await page.keyboard.press('Control+Alt');
  });
  await bar.getByRole('button', { name: 'Leave full screen' }).click();
  await expect(page.getByRole('heading', { name: 'demo', level: 1 })).toBeVisible();
  expect(warnings).toEqual([]);
});

test('a double click on Full screen leaves the keyboard with the guest', async ({ page }) => {
  await using face = await serve(home);
  await openDisplay(page, face.url);
  await page.getByRole('toolbar').getByRole('button', { name: 'Full screen' }).dblclick();
  await expect(page.locator('.display')).toHaveAttribute('data-full-screen', 'true');
  await expect(page.locator(canvasHost)).toBeFocused();
  await page.mouse.click(4, 400);
  await expect(page.locator(canvasHost)).toBeFocused();
});

test('the bar takes no click that is meant for the guest', async ({ page }) => {
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const bar = page.getByRole('toolbar', { name: 'Screen of demo' });
  const place = await bar.boundingBox();
  if (place === null) throw new Error('the bar is not on the page');
  const [x, y] = [place.x + place.width / 2, place.y + place.height / 2];
  await page.locator(canvasHost).focus();
  await page.mouse.move(x, 300);
  await expect(bar).toHaveCSS('opacity', '0');
  await page.mouse.move(x, y, { steps: 10 });
  await expect(bar).toHaveCSS('opacity', '0');
  const tablet = await GuestInput.record(home, 'Tablet');
  await page.mouse.down();
  await expect.poll(() => tablet.isDown(BTN_LEFT)).toBe(true);
  // A drag to the edge calls nothing either.
  await page.mouse.move(x, 795, { steps: 5 });
  await expect(bar).toHaveCSS('opacity', '0');
  await page.mouse.up();
  await page.mouse.move(x, 796);
  await expect(bar).toHaveCSS('opacity', '1');
  await page.mouse.move(x, y);
  await expect(bar).toHaveCSS('opacity', '1');
});

test('a picture larger than the window shows who has the keyboard, and the arrow keys move it', async ({
  page,
}) => {
  await using face = await serve(home);
  await openDisplay(page, face.url);
  await setSize(page, sizes['1:1']);
  const area = page.locator('.display-area');
  await expect(area).toHaveAttribute('data-overflows', 'true');
  await expect(area).toHaveCSS('outline-style', 'none');
  await page.locator(canvasHost).click({ position: { x: 200, y: 200 } });
  await expect(area).toHaveCSS('outline-style', 'solid');
  await page.keyboard.press('Control+Alt');
  await expect(area).toHaveCSS('outline-style', 'none');
  await expect(page.getByRole('button', { name: 'Keys', exact: true })).toHaveCSS('outline-style', 'solid');
  await page.getByRole('tab', { name: 'Display' }).focus();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('group', { name: /^Screen of demo, larger than the window/ })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => area.evaluate((shown) => shown.scrollTop)).toBeGreaterThan(0);
});

test('a pause takes the keyboard to Resume, and that takes it back to the guest', async ({ page }) => {
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const host = page.locator(canvasHost);
  const inNotice = page.locator('.display-notice').getByRole('button', { name: 'Resume' });
  const header = page.getByRole('toolbar', { name: 'Actions' });
  for (const pause of [
    () => header.getByRole('button', { name: 'Pause' }).click(),
    () => header.getByRole('button', { name: 'Pause' }).press('Enter'),
  ]) {
    await host.focus();
    await pause();
    await expect(inNotice).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(host).toBeFocused();
  }
  await page.getByRole('tab', { name: 'Display' }).focus();
  await home.ok('pause', 'demo');
  await expect(inNotice).toBeVisible();
  await home.ok('resume', 'demo');
  await expect(inNotice).toBeHidden();
  await expect(page.getByRole('tab', { name: 'Display' })).toBeFocused();
});

test('the screen has a name, a state and a documented way out', async ({ page }) => {
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const screen = page.getByRole('application', { name: 'Screen of demo, live' });
  await expect(screen).toHaveAccessibleDescription(/Ctrl\+Alt/);
  await home.ok('pause', 'demo');
  await expect(page.getByRole('img', { name: 'Screen of demo, Paused' })).toBeVisible();
  await home.ok('resume', 'demo');
  await expect(screen).toBeVisible();
});

async function another(browser: Browser): Promise<Page> {
  return await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
}

test('of two viewers the one that was asked last has the screen; the other says so and can take it back', async ({
  browser,
}) => {
  const [first, second] = [await another(browser), await another(browser)];
  await using one = await serve(home);
  await using other = await serve(home);
  await openDisplay(first, one.url);
  const seenFirst = await watchPhases(first);
  await openDisplay(second, other.url);
  const seenSecond = await watchPhases(second);
  const taken = 'Another viewer took this screen';
  await expect(first.getByText(taken)).toBeVisible();
  await expect(second.locator(canvasHost)).toHaveAttribute('data-phase', 'live');
  // Its last picture stays, marked as old.
  await expect(first.locator(canvasHost)).toHaveAttribute('data-old', 'true');
  expect(await litPixels(first)).toBeGreaterThan(1_000);

  await first.getByRole('button', { name: 'Show it here' }).click();
  await expect(second.getByText(taken)).toBeVisible();
  await expect(first.locator(canvasHost)).toHaveAttribute('data-phase', 'live');
  await expect(first.locator(canvasHost)).toBeFocused();
  // One change of hands each time, and nobody reconnects into the other's screen.
  expect(await seenFirst()).toEqual(['live', 'taken', 'connecting', 'live']);
  expect(await seenSecond()).toEqual(['live', 'taken']);
  await first.context().close();
  await second.context().close();
});

test('while the screen is open here, its picture in the list is what is shown here', async ({ page }) => {
  let asked = 0;
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      if (String(payload).includes('machine.screenshot')) asked += 1;
    });
  });
  await using face = await serve(home);
  await openDisplay(page, face.url);
  asked = 0;
  const picture = page.locator('[data-machine] .thumb img').first();
  const shown = await picture.getAttribute('src');
  await home.ok('type', 'demo', 'dmesg', '--enter');
  await expect.poll(() => picture.getAttribute('src'), { timeout: 15_000 }).not.toBe(shown);
  expect(asked).toBe(0);
});

test('a viewer whose code does not come says that it failed here, and shows the screen once it comes', async ({
  page,
}) => {
  await using face = await serve(home);
  const code = /\/assets\/main-[^/]*\.js$/;
  await page.route(code, (route) => route.fulfill({ status: 404 }));
  await page.goto(face.url);
  await page.getByText('demo', { exact: true }).first().click();
  await page.getByRole('tab', { name: 'Display' }).click();
  const notice = page.locator('.display-notice');
  await expect(notice).toContainText('The viewer failed on this page');
  await expect(notice).toContainText('load this page again');
  await page.unroute(code);
  await notice.getByRole('button', { name: 'Try again' }).click();
  await expectPhase(page, 'live');
});
