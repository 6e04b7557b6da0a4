import type { Home } from '../fixtures/home.ts';
import { shareDemo } from '../fixtures/shared-demo.ts';
import { expect, test } from '../fixtures/test.ts';
import { openDisplay } from './screen.ts';
import { serve } from './serve.ts';

let home: Home;
shareDemo((begun) => {
  home = begun;
});

/** How long the page is looked at, s: several turns of the host's figures and of the thumbnails. */
const SECONDS = 10;
/** The host's figures come every two seconds, and in the machine's first minute its header counts seconds. */
const MOST_LAYOUTS_PER_SECOND = 3;

for (const viewer of ['own', 'html5'] as const) {
  test(`a screen on which nothing happens leaves the page at rest, ${viewer}`, async ({ page }) => {
    await using face = await serve(home);
    await openDisplay(page, face.url, viewer);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const layouts = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'LayoutCount')?.value ?? Number.NaN;
    };
    // The bar fades and hints go first.
    await expect.poll(() => page.evaluate(() => document.getAnimations().length)).toBe(0);
    const before = await layouts();
    const from = performance.now();
    let moving = 0;
    for (let second = 0; second < SECONDS; second += 1) {
      moving += await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            setTimeout(() => resolve(document.getAnimations().length), 1000);
          }),
      );
    }
    expect(moving).toBe(0);
    expect((await layouts()) - before).toBeLessThan(
      (MOST_LAYOUTS_PER_SECOND * (performance.now() - from)) / 1000,
    );
  });
}
