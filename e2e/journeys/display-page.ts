import { expect, type Page } from '@playwright/test';
import { canvasHost } from './screen.ts';

/** Waits until the viewer's connection is in that phase (renderer/features/display/viewer.ts). */
export async function expectPhase(page: Page, phase: string): Promise<void> {
  await expect(page.locator(canvasHost)).toHaveAttribute('data-phase', phase, { timeout: 30_000 });
}

/** The keyboard goes on in the page from the screen, which has the focus. */
export async function expectPageHasKeys(page: Page): Promise<void> {
  const host = page.locator(canvasHost);
  const palette = page.getByPlaceholder('Find a machine, an action or a page');
  await expect(host).toBeFocused();
  await page.keyboard.press('Control+k');
  await expect(palette).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
  await host.focus();
  await page.keyboard.press('Tab');
  await expect(host).not.toBeFocused();
  await expect(page.locator('button:focus')).toBeVisible();
}
