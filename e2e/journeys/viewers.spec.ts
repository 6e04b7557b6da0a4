import { expect, type Page, test } from '@playwright/test';
import { STREAM_BODY_PATH } from '../../backend/contract/streams.ts';
import { startDemo } from '../fixtures/demo.ts';
import { Home } from '../fixtures/home.ts';
import { drawsInWorker, expectSamePixels, litPixels, showDisplay } from './screen.ts';
import { serve } from './serve.ts';
import { expectPointerExact, expectTypingArrives } from './walk.ts';

test('either viewer can be chosen in Settings: pixels, typing and pointer are exact with spice-html5 too', async ({
  page,
}) => {
  test.setTimeout(300_000);
  await using home = await Home.open();
  await startDemo(home, 'demo', ['--memory', '256M', '--cpus', '1']);
  await using face = await serve(home);
  await page.goto(face.url);
  await expect(page.getByText('demo', { exact: true }).first()).toBeVisible();

  await test.step('Innkeeper’s own is the one without a choice; it draws in a Worker', async () => {
    const body = page.waitForResponse((response) => response.url().includes(STREAM_BODY_PATH));
    await showDisplay(page);
    // What is drawn comes uncompressed: more than is sent as messages (backend/contract/streams.ts).
    await home.inGuest('demo', 'dmesg > /dev/tty1');
    expect((await body).status()).toBe(200);
    expect(await drawsInWorker(page)).toBe(true);
    await expectSamePixels(page, home, 'demo');
  });

  await test.step('spice-html5 draws on the page itself', async () => {
    await choose(page, 'spice-html5');
    await showDisplay(page);
    expect(await drawsInWorker(page)).toBe(false);
    await expectSamePixels(page, home, 'demo');
    await expectTypingArrives(page, home);
    await expectSamePixels(page, home, 'demo');
    await expectPointerExact(page, home);

    await page.reload();
    await expect.poll(() => litPixels(page), { timeout: 60_000 }).toBeGreaterThan(1_000);
    expect(page.workers()).toHaveLength(0);
  });

  await choose(page, 'Innkeeper’s own');
  await showDisplay(page);
  expect(await drawsInWorker(page)).toBe(true);
  await expectSamePixels(page, home, 'demo');
});

async function choose(page: Page, viewer: string): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  await page.getByText(viewer, { exact: true }).click();
  await expect(page.getByRole('radio', { name: viewer })).toBeChecked();
}
