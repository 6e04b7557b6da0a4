import { expect, type Page, test } from '@playwright/test';
import { Home } from '../fixtures/home.ts';
import { canvasHost, expectSamePixels, litPixels } from './screen.ts';
import { serve } from './serve.ts';
import { expectPointerExact, expectTypingArrives } from './walk.ts';

test('either viewer can be chosen in Settings: pixels, typing and pointer are exact with Innkeeper’s own too', async ({
  page,
}) => {
  test.setTimeout(300_000);
  await using home = await Home.open();
  await home.ok('create', 'demo', '--demo', '--memory', '256M', '--cpus', '1');
  await home.ok('start', 'demo');
  await home.ok('wait', 'demo', '--for', 'guest-ready', '--timeout', '180s');
  await using face = await serve(home);
  await page.goto(face.url);
  await expect(page.getByText('demo', { exact: true }).first()).toBeVisible();

  await test.step('spice-html5 is the one without a choice; it draws on the page itself', async () => {
    await openDisplay(page);
    expect(page.workers()).toHaveLength(0);
    await expectSamePixels(page, home, 'demo');
  });

  await choose(page, 'Innkeeper’s own');
  await openDisplay(page);
  await expect.poll(() => page.workers().length).toBe(1);
  await expectSamePixels(page, home, 'demo');
  await expectTypingArrives(page, home);
  await expectSamePixels(page, home, 'demo');
  await expectPointerExact(page, home);

  await page.reload();
  await expect.poll(() => litPixels(page), { timeout: 60_000 }).toBeGreaterThan(1_000);
  expect(page.workers()).toHaveLength(1);

  await choose(page, 'spice-html5');
  await openDisplay(page);
  await expect.poll(() => page.workers().length).toBe(0);
  await expectSamePixels(page, home, 'demo');
});

async function choose(page: Page, viewer: string): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  await page.getByText(viewer, { exact: true }).click();
  await expect(page.getByRole('radio', { name: viewer })).toBeChecked();
}

async function openDisplay(page: Page): Promise<void> {
  await page.getByText('demo', { exact: true }).first().click();
  await page.getByRole('tab', { name: 'Display' }).click();
  await expect(page.locator(canvasHost)).toHaveAttribute('data-phase', 'live', { timeout: 60_000 });
  await expect.poll(() => litPixels(page), { timeout: 60_000 }).toBeGreaterThan(1_000);
}
