import type { Browser } from '@playwright/test';
import { startDemo } from '../fixtures/demo.ts';
import { Home } from '../fixtures/home.ts';
import { expect, test } from '../fixtures/test.ts';
import { openDisplay, watchPhases } from './screen.ts';
import { serve } from './serve.ts';

/** A live Display tab in a browser of its own, and the states its connection was in since. */
async function openViewer(
  browser: Browser,
  home: Home,
): Promise<AsyncDisposable & { phases(): Promise<string[]> }> {
  const face = await serve(home);
  const context = await browser.newContext();
  const page = await context.newPage();
  await openDisplay(page, face.url);
  return {
    phases: await watchPhases(page),
    [Symbol.asyncDispose]: async () => {
      await context.close();
      await face[Symbol.asyncDispose]();
    },
  };
}

test('the list shows every guest’s screen as it changes, and ends nobody’s session for it', async ({
  browser,
  page,
}) => {
  test.setTimeout(240_000);
  await using home = await Home.open();
  await startDemo(home, 'demo', ['--memory', '256M', '--cpus', '1']);
  await using face = await serve(home);
  await page.goto(face.url);
  const thumbnail = page.locator('[data-machine] img').first();
  const picture = async (): Promise<string> =>
    (await thumbnail.getAttribute('src', { timeout: 60_000 })) ?? '';
  /** Resolves when the list shows another picture than now. */
  const change = async (): Promise<void> => {
    const before = await picture();
    await home.inGuest('demo', 'clear >/dev/tty1; for n in $(seq 12); do echo $RANDOM >/dev/tty1; done');
    await expect.poll(picture, { timeout: 60_000 }).not.toBe(before);
  };
  const way = async (): Promise<unknown> => {
    const { json } = await home.ik('screenshot', 'demo', `${home.path}/auto.png`, '--via', 'auto', '--json');
    return (json as { via?: string } | undefined)?.via;
  };

  await change();
  await expect.poll(way).toBe('spice');
  await test.step('beside a viewer', async () => {
    await using viewer = await openViewer(browser, home);
    await change();
    await change();
    expect(await way()).toBe('qmp');
    const refused = await home.ik('screenshot', 'demo', `${home.path}/refused.png`, '--via', 'spice');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('Somebody looks at “demo”') });
    expect(await viewer.phases()).toEqual(['live']);
  });
  await test.step('viewers that come while pictures are taken', async () => {
    const ways = new Set<unknown>();
    let isOver = false;
    const taking = (async () => {
      while (!isOver) ways.add(await way());
    })();
    try {
      for (let count = 0; count < 3; count += 1) {
        await using viewer = await openViewer(browser, home);
        // At least one picture begins beside it.
        await way();
        await way();
        expect(await viewer.phases()).toEqual(['live']);
      }
    } finally {
      isOver = true;
      await taking;
    }
    expect(ways).toContain('qmp');
    await expect.poll(way).toBe('spice');
  });
  await change();
});
