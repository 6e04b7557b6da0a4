import type { Locator, Page } from 'playwright';

/** Drops files on an element through Chromium's own drag and drop (DevTools protocol, Input.dispatchDragEvent). */
export async function dropFilesOn(page: Page, target: Locator, paths: readonly string[]): Promise<void> {
  const box = await target.boundingBox();
  if (box === null) throw new Error('The element to drop on is not visible');
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const session = await page.context().newCDPSession(page);
  try {
    // dragOperationsMask 1: copy.
    const data = { items: [], files: [...paths], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, ...at, data });
    }
  } finally {
    await session.detach();
  }
}
