import type { Page } from '@playwright/test';
import { startDemo } from '../fixtures/demo.ts';
import { Home } from '../fixtures/home.ts';
import { expect, test } from '../fixtures/test.ts';
import { GuestInput } from './guest-input.ts';
import { canvasHost, drawsInWorker, openDisplay } from './screen.ts';
import { serve } from './serve.ts';

/** What stands around a guest's screen: header, menus, Ctrl+K, messages, with one demo guest. */
let home: Home;

test.beforeAll(async () => {
  home = await Home.open();
  await startDemo(home, 'demo', ['--memory', '256M', '--cpus', '1']);
});
test.afterAll(async () => {
  await home?.[Symbol.asyncDispose]();
});

function bar(page: Page) {
  return page.getByRole('toolbar', { name: 'Screen of demo' });
}

async function find(page: Page, words: string): Promise<void> {
  const field = page.getByPlaceholder('Find a machine, an action or a page');
  await expect(field).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await expect(field).toBeFocused();
  await page.keyboard.type(words);
}

test('Ctrl+K finds what the display does', async ({ page }) => {
  await using face = await serve(home);
  await openDisplay(page, face.url);

  await find(page, 'zoom whole');
  await page.keyboard.press('Enter');
  await expect(bar(page).getByRole('button', { name: 'Whole' })).toBeVisible();
  await find(page, 'fit the');
  await page.keyboard.press('Enter');
  await expect(bar(page).getByRole('button', { name: 'Fit', exact: true })).toBeVisible();

  await test.step('keys reach the guest', async () => {
    const keyboard = await GuestInput.record(home, 'keyboard');
    await find(page, 'alt+tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => keyboard.presses()).toEqual([56, 15]);
  });

  await test.step('full screen and back', async () => {
    await find(page, 'full');
    await page.keyboard.press('Enter');
    await expect(page.locator('.display')).toHaveAttribute('data-full-screen', 'true');
    await expect(page.locator(canvasHost)).toBeFocused();
    await page.keyboard.press('Control+Alt');
    await find(page, 'leave');
    await page.keyboard.press('Enter');
    await expect(page.locator('.display')).toHaveAttribute('data-full-screen', 'false');
  });

  await test.step('what cannot be done is named, with why', async () => {
    await find(page, 'clipboard');
    const share = page.locator('.palette-list').getByText('Share the clipboard');
    await expect(share).toContainText('install and start spice-vdagent');
    await page.keyboard.press('Escape');
  });

  await test.step('another tab has no display, but the way to it', async () => {
    await find(page, 'go to devices');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('tabpanel', { name: 'Devices' })).toBeVisible();
    await find(page, 'zoom');
    await expect(page.getByText('Nothing by that name.')).toBeVisible();
    await page.keyboard.press('Escape');
    await find(page, 'display');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('tabpanel', { name: 'Display' })).toBeVisible();
  });
});

test('one click in the header does not press Ctrl+Alt+Del; menus say what is chosen and why not', async ({
  page,
}) => {
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const header = page.getByRole('toolbar', { name: 'Actions' });
  await expect(header.getByRole('button')).toHaveText(['Pause', 'Shut down', '', '']);
  await header.getByRole('button', { name: 'More' }).click();
  await expect(page.getByRole('menuitem', { name: 'Send Ctrl+Alt+Del' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'Full screen' })).toBeVisible();
  await page.keyboard.press('Escape');

  const size = bar(page).getByRole('button', { name: 'Fit', exact: true });
  await size.click();
  await expect(page.getByRole('menuitemradio', { name: 'Fit the window' })).toBeChecked();
  await expect(page.getByRole('menuitemradio', { name: 'Largest whole multiple' })).not.toBeChecked();
  const follows = page.getByRole('menuitemcheckbox', { name: 'Guest follows the window' });
  await expect(follows).not.toBeChecked();
  await expect(follows).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('Escape');
  await expect(size).toBeFocused();

  const clipboard = page.getByRole('switch', { name: 'Clipboard' });
  await page.keyboard.press('Tab');
  await expect(clipboard).toBeFocused();
  await expect(page.getByRole('tooltip')).toHaveText(/install and start spice-vdagent/);
  await page.keyboard.press('Space');
  await expect(clipboard).toBeDisabled();
  await expect(clipboard).not.toBeChecked();
});

test('a newer message takes the place of the old one, and none covers the bar', async ({ page }) => {
  await using face = await serve(home);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openDisplay(page, face.url);
  for (const letter of ['ö', 'ä', 'ü']) {
    await page.evaluate((text) => navigator.clipboard.writeText(text), letter);
    await bar(page).getByRole('button', { name: 'Keys', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Type clipboard' }).click();
    await expect(page.getByText(`“${letter}”`)).toBeVisible();
    await page.keyboard.press('Control+Alt');
  }
  await expect(page.locator('.toast')).toHaveCount(1);
  const [toast, below] = [await page.locator('.toast').boundingBox(), await bar(page).boundingBox()];
  if (toast === null || below === null) throw new Error('the message or the bar is not on the page');
  expect(toast.y + toast.height).toBeLessThan(below.y);
});

test('what is chosen in Settings on another page holds here too', async ({ page, context }) => {
  await using face = await serve(home);
  await page.goto(face.url);
  await page.getByText('demo', { exact: true }).first().click();
  await page.getByRole('tab', { name: 'Display' }).click();
  await expect(page.locator(canvasHost)).toHaveAttribute('data-phase', 'live');
  expect(await drawsInWorker(page)).toBe(true);
  const other = await context.newPage();
  await other.goto(new URL(face.url).origin);
  await other.getByRole('button', { name: 'Settings' }).click();
  await other.getByText('Dark', { exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await other.getByText('spice-html5', { exact: true }).click();
  await expect.poll(() => drawsInWorker(page)).toBe(false);
  await expect(page.locator(canvasHost)).toHaveAttribute('data-phase', 'live');
});

test('a crash is told once, where the person looks', async ({ page }) => {
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const [pid] = home.guestPids();
  if (pid === undefined) throw new Error('no guest runs');
  process.kill(pid, 'SIGKILL');
  const told = page.getByText(/^QEMU ended unexpectedly/);
  await expect(page.getByText('demo crashed')).toBeVisible();
  await expect(told).toHaveCount(1);
  await expect(page.locator('.display-notice')).toContainText('QEMU ended unexpectedly');
  await page.locator('.display-notice').getByRole('button', { name: 'Open the log' }).click();
  await expect(page.getByRole('tabpanel', { name: 'Log' })).toBeVisible();
  await page.getByRole('tab', { name: 'Devices' }).click();
  await expect(told).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Open the log' })).toBeVisible();
});
