import { machineRuntime } from '../../backend/store/paths.ts';
import type { Home } from '../fixtures/home.ts';
import { shareDemo } from '../fixtures/shared-demo.ts';
import { SpiceRelay } from '../fixtures/spice-relay.ts';
import { expect, test } from '../fixtures/test.ts';
import { expectPageHasKeys, expectPhase } from './display-page.ts';
import { PageWatch } from './page-watch.ts';
import { canvasHost, expectSamePixels, openDisplay } from './screen.ts';
import { serve } from './serve.ts';

/** The viewers when the guest's display server stands and says nothing, with one demo guest. */
let home: Home;
let socket: string;
shareDemo((begun, { id }) => {
  home = begun;
  socket = machineRuntime(begun.folders, id).spice;
});

test('a server that goes silent: the picture is not called live, and is again when it answers', async ({
  page,
}) => {
  await using relay = await SpiceRelay.at(socket);
  const watch = new PageWatch(page);
  await using face = await serve(home);
  await page.clock.install();
  await openDisplay(page, face.url);
  const { length } = relay.connections;
  relay.holds = true;
  await expectPhase(page, 'silent');
  await expect(page.getByText(/^demo does not answer\. This is its picture of .+\.$/)).toBeVisible();
  await expect(page.getByRole('application', { name: /^Screen of demo, picture of / })).toBeVisible();

  await test.step('it answers again, on the same connections', async () => {
    relay.holds = false;
    await expectPhase(page, 'live');
    await home.inGuest('demo', 'dmesg > /dev/tty1');
    await expectSamePixels(page, home, 'demo');
    expect(relay.connections).toHaveLength(length);
  });

  await test.step('a quiet guest is not a silent server', async () => {
    const phases: (string | null)[] = [];
    // As long as three of the viewer's looks.
    for (const end = performance.now() + 10_000; performance.now() < end; ) {
      phases.push(await page.locator(canvasHost).getAttribute('data-phase'));
    }
    expect(new Set(phases)).toEqual(new Set(['live']));
  });

  await test.step('leaving does not wait for it', async () => {
    relay.holds = true;
    await page.getByRole('tab', { name: 'Devices' }).click();
    await expect(page.getByRole('slider', { name: 'Memory the guest may have' })).toBeVisible();
    // Past the moment at which a Worker that has not ended its session is ended itself: it has, and stays for another.
    await page.clock.fastForward(2_000);
    expect(page.workers()).toHaveLength(1);
    await page.clock.fastForward(60_000);
    await expect.poll(() => page.workers().length, { timeout: 5_000 }).toBe(0);
    relay.holds = false;
    await page.getByRole('tab', { name: 'Display' }).click();
    await expectPhase(page, 'live');
  });
  expect(watch.errors).toEqual([]);
});

test('a server that takes connections and says nothing: the page says that it waits, why, and what to do', async ({
  page,
}) => {
  await using relay = await SpiceRelay.at(socket);
  const watch = new PageWatch(page);
  await using face = await serve(home);
  relay.holds = true;
  await page.goto(face.url);
  await page.getByText('demo', { exact: true }).first().click();
  await page.getByRole('tab', { name: 'Display' }).click();
  const status = page.locator('.display-over[role="status"]');
  await expect(status).toHaveText('Connecting to the screen…');
  await expectPhase(page, 'unreachable');
  await expect(status).toContainText('The screen of demo does not answer');
  await expect(status).toContainText('The SPICE server did not open the main channel in time.');
  await expect(status).toContainText(
    'It is tried again by itself. If it stays so, see what the Log tab says',
  );
  await expect(page.getByRole('region', { name: 'Screen of demo, does not answer' })).toBeVisible();
  // A screen reader may keep silent about what is in something busy.
  await expect(page.locator('[aria-busy="true"] .display-over')).toHaveCount(0);

  await test.step('it stays while it is tried again, and goes when the server answers', async () => {
    const tries = relay.connections.length;
    await expect.poll(() => relay.connections.length).toBeGreaterThan(tries);
    await expect(status).toContainText('The screen of demo does not answer');
    relay.holds = false;
    await expectPhase(page, 'live');
    await expect(status).toBeEmpty();
  });

  await test.step('while it connects anew, the keyboard is the page’s', async () => {
    await page.locator(canvasHost).focus();
    relay.holds = true;
    relay.dropAll();
    await expectPhase(page, 'lost');
    await expectPageHasKeys(page);
    relay.holds = false;
    await expectPhase(page, 'live');
  });
  expect(watch.errors).toEqual([]);
});

test('spice-html5 too says that a silent server does not answer, and is live when it does', async ({
  page,
}) => {
  await using relay = await SpiceRelay.at(socket);
  await using face = await serve(home);
  await page.addInitScript(() => localStorage.setItem('innkeeper.viewer', 'html5'));
  relay.holds = true;
  await page.goto(face.url);
  await page.getByText('demo', { exact: true }).first().click();
  await page.getByRole('tab', { name: 'Display' }).click();
  await expectPhase(page, 'unreachable');
  await expect(page.locator('.display-over')).toContainText('The screen of demo does not answer');
  await expect(page.locator('.display-over')).toContainText('The SPICE server did not answer in time.');
  relay.holds = false;
  await expectPhase(page, 'live');
});
