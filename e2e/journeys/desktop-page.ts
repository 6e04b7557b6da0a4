import type { Page } from '@playwright/test';
import { canvasHost } from './screen.ts';

export async function canvasSize(page: Page): Promise<string> {
  const canvas = page.locator(`${canvasHost} canvas`).first();
  return await canvas.evaluate(({ width, height }: HTMLCanvasElement) => `${width}x${height}`);
}

/** The guest's screen that fits the display's area, pixel by pixel. */
export async function wantedSize(page: Page, ratio = 1): Promise<string> {
  const box = await page.locator('.display-area').boundingBox();
  if (box === null) throw new Error('the display has no area');
  return `${Math.floor((box.width * ratio) / 8) * 8}x${Math.floor(box.height * ratio)}`;
}

export async function hostText(page: Page): Promise<string> {
  return await page.evaluate(() => navigator.clipboard.readText());
}

/** Copies in another program: the page hears of it when it is looked at again. */
export async function copyOnHost(page: Page, text: string): Promise<void> {
  await page.evaluate(async (copied) => {
    await navigator.clipboard.writeText(copied);
    window.dispatchEvent(new Event('focus'));
  }, text);
}
