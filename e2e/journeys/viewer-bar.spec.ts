import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import type { Home } from '../fixtures/home.ts';
import { differingPixels, readPng } from '../fixtures/png.ts';
import { shareDemo } from '../fixtures/shared-demo.ts';
import { expect, test } from '../fixtures/test.ts';
import { GuestInput } from './guest-input.ts';
import { canvasHost, openDisplay, showDisplay } from './screen.ts';
import { serve } from './serve.ts';

/** What the display's bar and the settings for it do, with one demo guest. */
let home: Home;
shareDemo((begun) => {
  home = begun;
});

/** The bar is out of the way while the guest has the keyboard, and comes when the pointer goes below the picture. */
async function callBar(page: Page): Promise<void> {
  const display = await page.locator('.display').boundingBox();
  if (display === null) throw new Error('the display is not on the page');
  await page.mouse.move(display.x + display.width / 2, display.y + display.height - 4);
}

async function choose(page: Page, button: string, item: string): Promise<void> {
  const opener = page.getByRole('toolbar').getByRole('button', { name: button, exact: true });
  await callBar(page);
  await opener.click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

async function allowClipboard(page: Page): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
}

for (const viewer of ['own', 'html5'] as const) {
  test(`a screenshot is exact, as a file and in the clipboard, with ${viewer}`, async ({ page }) => {
    await using face = await serve(home);
    await allowClipboard(page);
    await openDisplay(page, face.url, viewer);
    const screendump = async () => {
      await home.ok('screenshot', 'demo', `${home.path}/qmp.png`, '--via', 'qmp');
      return readPng(await readFile(`${home.path}/qmp.png`));
    };
    // The console may still be saying something between two pictures.
    await expect(async () => {
      const download = page.waitForEvent('download');
      await choose(page, 'Screenshot', 'Save as PNG…');
      const saved = await download;
      expect(saved.suggestedFilename()).toMatch(/^demo \d{4}-\d\d-\d\dT[\d-]+\.png$/);
      await saved.saveAs(`${home.path}/saved.png`);
      expect(differingPixels(readPng(await readFile(`${home.path}/saved.png`)), await screendump())).toBe(0);
    }).toPass({ timeout: 20_000 });
    await expect(page.getByText(/^Saved demo .*\.png\.$/).first()).toBeVisible();

    await expect(async () => {
      await choose(page, 'Screenshot', 'Copy');
      await expect(page.getByText(/^Copied the screen, \d+ × \d+\.$/).first()).toBeVisible();
      const copied = await page.evaluate(async () => {
        const [item] = await navigator.clipboard.read();
        const blob = await item?.getType('image/png');
        const url = await new Promise<string>((resolve) => {
          const reader = new FileReader();
          reader.onload = () => resolve(String(reader.result));
          reader.readAsDataURL(blob ?? new Blob());
        });
        return url.slice(url.indexOf(',') + 1);
      });
      const picture = readPng(Buffer.from(copied, 'base64'));
      expect(differingPixels(picture, await screendump())).toBe(0);
    }).toPass({ timeout: 20_000 });
  });
}

test('who goes to the bar from the guest to choose something is back in the guest, and the bar stays where it is', async ({
  page,
}) => {
  await using face = await serve(home);
  await allowClipboard(page);
  await openDisplay(page, face.url);
  const host = page.locator(canvasHost);
  const bar = page.getByRole('toolbar', { name: 'Screen of demo' });
  const size = bar.getByRole('button', { name: /^(Fit|Whole|1:1)$/ });
  await host.focus();
  const places: unknown[] = [];
  for (const name of ['Largest whole multiple', 'One pixel for each of the guest’s', 'Fit the window']) {
    await callBar(page);
    await size.click();
    await page.getByRole('menuitemradio', { name }).click();
    await expect(host).toBeFocused();
    places.push(await bar.boundingBox());
  }
  expect(new Set(places.map((place) => JSON.stringify(place))).size).toBe(1);
  await choose(page, 'Screenshot', 'Copy');
  await expect(host).toBeFocused();

  await test.step('who only looked stays in the bar', async () => {
    await callBar(page);
    await size.click();
    await page.keyboard.press('Escape');
    await expect(size).toBeFocused();
  });
  await test.step('who did not come from the guest does not get there', async () => {
    await page.getByRole('tab', { name: 'Display' }).focus();
    await host.focus();
    await page.getByRole('tab', { name: 'Display' }).click();
    await size.click();
    await page.getByRole('menuitemradio', { name: 'Fit the window' }).click();
    await expect(size).toBeFocused();
  });
});

test('in a small window the bar is icons with names, all of it in sight', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 480 });
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const bar = page.getByRole('toolbar', { name: 'Screen of demo' });
  for (const name of ['Keys', 'Screenshot', 'Full screen', 'Fit', 'Status'])
    await expect(bar.getByRole('button', { name, exact: true })).toBeInViewport({ ratio: 1 });
  await expect(bar.getByRole('switch', { name: 'Clipboard' })).toBeInViewport({ ratio: 1 });
  const [inner, outer] = [await bar.boundingBox(), await page.locator('.display').boundingBox()];
  if (inner === null || outer === null) throw new Error('the bar is not on the page');
  expect(inner.x).toBeGreaterThan(outer.x);
  expect(inner.x + inner.width).toBeLessThan(outer.x + outer.width);
});

test('in a small window what is said stands beside the guest’s picture and the bar, and Escape takes it away', async ({
  page,
}) => {
  await page.setViewportSize({ width: 640, height: 480 });
  await using face = await serve(home);
  await allowClipboard(page);
  await openDisplay(page, face.url);
  await page.evaluate(() => navigator.clipboard.writeText('smörgåsbord'));
  await choose(page, 'Keys', 'Type clipboard');
  const said = page.getByRole('alertdialog');
  await expect(said).toContainText('“ö”');
  const box = await said.boundingBox();
  const picture = await page.locator('.display').boundingBox();
  if (box === null || picture === null) throw new Error('nothing is said, or there is no picture');
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(picture.x);
  // What can be stopped is under it.
  await page.getByRole('button', { name: /job/ }).click({ trial: true });
  await page.getByRole('button', { name: 'Keys', exact: true }).focus();
  await page.keyboard.press('Escape');
  await expect(said).toBeHidden();
});

test('the clipboard is typed; several lines only after a yes', async ({ page }) => {
  await using face = await serve(home);
  await allowClipboard(page);
  let typed = 0;
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      typed += String(payload).match(/"characters":\d/g)?.length ?? 0;
    });
  });
  await openDisplay(page, face.url);
  const copy = (text: string) => page.evaluate((written) => navigator.clipboard.writeText(written), text);
  await copy('echo one line > /tmp/line');
  await choose(page, 'Keys', 'Type clipboard');
  await expect(page.locator(canvasHost)).toBeFocused();
  await expect.poll(() => typed).toBe(1);
  expect(await home.inGuest('demo', 'ls /tmp')).not.toContain('line');
  await page.keyboard.press('Enter');
  await expect.poll(() => home.inGuest('demo', 'cat /tmp/line || true')).toBe('one line');

  await copy('cat > /tmp/clip\n~!@#$%^&*()_+{}|:"<>?`-=[]\\;\',./\nend\n');
  await choose(page, 'Keys', 'Type clipboard');
  const question = page.getByRole('dialog', { name: 'Type it and press Enter 3 times?' });
  await expect(question).toBeVisible();
  await question.getByRole('button', { name: 'Type' }).click();
  await expect
    .poll(() => home.inGuest('demo', 'cat /tmp/clip 2>/dev/null || true'))
    .toBe('~!@#$%^&*()_+{}|:"<>?`-=[]\\;\',./\nend');
  await expect(page.locator(canvasHost)).toBeFocused();
  await page.keyboard.press('Control+d');

  await copy('what is for dinner?\nsmörgåsbord\n');
  await choose(page, 'Keys', 'Type clipboard');
  await expect(page.getByText(/“ö” \(U\+00F6\), character 3 of line 2/)).toBeVisible();
  await expect(page.getByRole('dialog', { name: /^Type \d lines/ })).toBeHidden();
  await page.context().clearPermissions();
  await choose(page, 'Keys', 'Type clipboard');
  await expect(page.getByText('The clipboard is not open to this page.')).toBeVisible();
});

test('keys that stay with the host do not reach the guest, and the page gets them', async ({ page }) => {
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const keyboard = await GuestInput.record(home, 'keyboard');
  const [f8, f9, k] = [66, 67, 37];
  await page.locator(canvasHost).focus();
  await page.keyboard.press('F9');
  await expect.poll(() => keyboard.presses()).toEqual([f9]);
  await page.keyboard.press('Control+Alt');
  await expect(page.locator(canvasHost)).not.toBeFocused();

  await page.getByRole('button', { name: 'Settings' }).click();
  const add = page.getByRole('button', { name: 'Add keys…' });
  for (const keys of ['F9', 'Control+k']) {
    await add.click();
    await page.keyboard.press(keys);
    await expect(add).toBeFocused();
  }
  await add.click();
  await page.keyboard.press('x');
  await expect(page.getByText(/^The guest needs this key for typing/)).toBeVisible();
  await expect(page.getByRole('list', { name: 'Keys that stay with this computer' })).toHaveText(
    /^F9Ctrl K$/,
  );

  await page.reload();
  await showDisplay(page);
  const before = (await keyboard.presses()).length;
  await page.locator(canvasHost).focus();
  await page.keyboard.press('F9');
  await page.keyboard.press('F8');
  await expect.poll(async () => (await keyboard.presses()).slice(before)).toEqual([f8]);
  await page.keyboard.press('Control+k');
  await expect(page.getByPlaceholder('Find a machine, an action or a page')).toBeFocused();
  expect(await keyboard.presses()).not.toContain(k);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Give F9 to guests' }).click();
  await expect(page.getByRole('list', { name: 'Keys that stay with this computer' })).toHaveText(/^Ctrl K$/);
});

test('the status says how pictures come over', async ({ page }) => {
  await using face = await serve(home);
  await openDisplay(page, face.url);
  await page.getByRole('toolbar').getByRole('button', { name: 'Status' }).click();
  const status = page.getByRole('dialog', { name: 'Connection to demo’s screen' });
  const row = (name: string) => status.locator('.display-status-row', { hasText: name }).locator('dd');
  await expect(row('Viewer')).toHaveText('Innkeeper’s own');
  await home.ok('type', 'demo', 'dmesg', '--enter');
  await expect(row('Images as')).toHaveText(/\d+ %/);
  await expect(row('Drawn after')).toHaveText(/^[\d.]+ ms(, nearly all by [\d.]+ ms)?$/);
  await page.keyboard.press('Escape');
  await page.locator(canvasHost).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+Alt');
  await page.getByRole('toolbar').getByRole('button', { name: 'Status' }).click();
  await expect(row('Key to next picture')).toHaveText(/ ms/);
});
