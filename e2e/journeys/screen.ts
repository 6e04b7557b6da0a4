import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import type { Home } from '../fixtures/home.ts';

/** The canvas as the person sees it, at guest resolution. */
export const canvasHost = '[data-testid="display-canvas-host"]';

/** Opens a machine's Display tab; resolves when its screen is live and shows something. */
export async function showDisplay(page: Page, machine = 'demo'): Promise<void> {
  await page.getByText(machine, { exact: true }).first().click();
  await page.getByRole('tab', { name: 'Display' }).click();
  await expect(page.locator(canvasHost)).toHaveAttribute('data-phase', 'live', { timeout: 60_000 });
  await expect.poll(() => litPixels(page), { timeout: 60_000 }).toBeGreaterThan(1_000);
}

/** The same from the address on, with the client that is asked for. */
export async function openDisplay(page: Page, url: string, viewer: 'own' | 'html5' = 'own'): Promise<void> {
  await page.addInitScript((kind) => localStorage.setItem('innkeeper.viewer', kind), viewer);
  await page.goto(url);
  await showDisplay(page);
}

/** Innkeeper's own viewer does; spice-html5 draws on the page. */
export function drawsInWorker(page: Page): Promise<boolean> {
  return page.locator(`${canvasHost} canvas`).evaluate((canvas: HTMLCanvasElement) => {
    try {
      canvas.getContext('2d');
      return false;
    } catch {
      // Its control was given away (transferControlToOffscreen), so it gives no context.
      return true;
    }
  });
}

/** @returns for every state that the connection to the screen was in since. */
export async function watchPhases(page: Page): Promise<() => Promise<string[]>> {
  await page.locator(canvasHost).evaluate((host) => {
    const phases = [host.dataset.phase];
    Object.assign(window, { phases });
    new MutationObserver(() => phases.push(host.dataset.phase)).observe(host, {
      attributeFilter: ['data-phase'],
    });
  });
  return () => page.evaluate(() => (window as unknown as { phases: string[] }).phases);
}

/**
 * How many pixels differ between the canvas and QMP's screendump of the same guest; -1 where the sizes differ.
 * The page itself decodes the PNG: both sides are then the browser's own RGBA.
 */
export async function differingPixels(
  page: Page,
  home: Home,
  machine: string,
  file: string,
): Promise<number> {
  await home.ok('screenshot', machine, file, '--via', 'qmp');
  const png = (await readFile(file)).toString('base64');
  return await page.evaluate(
    async ([selector, encoded]) => {
      const canvas = document.querySelector<HTMLCanvasElement>(`${selector} canvas`);
      if (canvas === null) return -1;
      const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      if (image.width !== canvas.width || image.height !== canvas.height) return -1;
      const pixels = (source: CanvasImageSource): Uint32Array => {
        const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
        if (context === null) throw new Error('no 2d context');
        context.drawImage(source, 0, 0);
        return new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
      };
      const one = pixels(canvas);
      const other = pixels(image);
      return one.reduce((count, pixel, at) => (pixel === other[at] ? count : count + 1), 0);
    },
    [canvasHost, png] as const,
  );
}

/** What the guest draws between the two pictures differs, so it is looked at again until nothing moves. */
export async function expectSamePixels(page: Page, home: Home, machine: string): Promise<void> {
  const file = `${home.path}/screen.png`;
  await expect.poll(() => differingPixels(page, home, machine, file), { timeout: 30_000 }).toBe(0);
}

/** How many pixels of the canvas are not black. */
export async function litPixels(page: Page): Promise<number> {
  return await page.evaluate((selector) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`${selector} canvas`);
    if (canvas === null || canvas.width === 0 || canvas.height === 0) return 0;
    // Drawn elsewhere: a canvas that a Worker draws on gives no context of its own.
    const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    if (context === null) throw new Error('no 2d context');
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let lit = 0;
    for (let at = 0; at < data.length; at += 4) {
      if ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0) > 48) lit += 1;
    }
    return lit;
  }, canvasHost);
}
