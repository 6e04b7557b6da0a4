import { expect, test } from '@playwright/test';
import { dropFilesOn } from '../electron-stand-in/drop-files.ts';
import { waitForDemo } from '../fixtures/demo.ts';
import { Home } from '../fixtures/home.ts';
import { canvasHost, expectSamePixels, litPixels } from './screen.ts';
import { serve } from './serve.ts';
import { openConsole, walkThroughFirstBoot } from './walk.ts';

test('the first boot in a browser, from an empty house to a machine that came back', async ({ page }) => {
  test.setTimeout(480_000);
  await using home = await Home.open();
  await using face = await serve(home);
  await page.goto(face.url);
  await walkThroughFirstBoot({ page, home, dropFiles: (target, paths) => dropFilesOn(page, target, paths) });
});

test('a back end killed while two guests run: both are there again, display and console too', async ({
  page,
}) => {
  test.setTimeout(480_000);
  await using home = await Home.open();
  for (const name of ['one', 'two']) {
    await home.ok('create', name, '--demo', '--memory', '256M', '--cpus', '1');
    await home.ok('start', name);
  }
  for (const name of ['one', 'two']) await waitForDemo(home, name);
  await using face = await serve(home);
  await page.goto(face.url);
  await page.getByText('two', { exact: true }).first().click();
  await expect.poll(() => litPixels(page), { timeout: 60_000 }).toBeGreaterThan(1_000);
  const pids = home.guestPids();

  // The page says "Reconnecting" only where that takes long enough to be read; its new connections always show.
  const again = page.waitForEvent('websocket', {
    predicate: (socket) => socket.url().includes('/stream/spice/'),
  });
  await home.endBackend();
  await again;
  await expect(page.locator(canvasHost)).toHaveAttribute('data-phase', 'live', { timeout: 60_000 });
  expect(home.guestPids()).toEqual(pids);
  await expectSamePixels(page, home, 'two');
  await page.locator(canvasHost).click();
  await page.keyboard.type('echo again > /tmp/again\n', { delay: 70 });
  await expect
    .poll(async () => (await home.ik('exec', 'two', '--', 'cat', '/tmp/again')).stdout, { timeout: 30_000 })
    .toBe('again\n');
  await openConsole(page);
  await page.keyboard.type('echo line-$((40+4))\n', { delay: 20 });
  await expect(page.getByTestId('console-terminal')).toContainText('line-44', { timeout: 30_000 });
});
