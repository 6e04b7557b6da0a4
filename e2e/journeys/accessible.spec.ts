import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/test.ts';
import { serve } from './serve.ts';

/** Serious and critical findings of WCAG 2.1 A and AA, as 'rule: element' each. */
async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every page is readable by everyone, ${colorScheme}`, async ({ page, home }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await using face = await serve(home);
    await page.goto(face.url);
    await expect(page.getByRole('button', { name: 'Try the demo machine' })).toBeVisible();
    expect(await findings(page), 'welcome').toEqual([]);

    await home.ok('create', 'blank', '--disk', '64M', '--memory', '128M');
    await home.ok('start', 'blank');
    await page.getByText('blank', { exact: true }).first().click();
    for (const tab of ['Display', 'Devices', 'Console', 'Log']) {
      await page.getByRole('tab', { name: tab }).click();
      await expect(page.getByRole('tabpanel', { name: tab })).toBeVisible();
      await expect(page.locator('.skeleton')).toHaveCount(0);
      expect(await findings(page), tab).toEqual([]);
    }
    await page.getByRole('tab', { name: 'Display' }).click();
    await page.setViewportSize({ width: 640, height: 480 });
    await page.evaluate(() => localStorage.setItem('innkeeper.display.scale', 'actual'));
    await page.reload();
    await expect(page.getByRole('group', { name: /larger than the window/ })).toBeVisible();
    expect(await findings(page), 'display in a small window').toEqual([]);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: 'New machine' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await findings(page), 'create dialog').toEqual([]);
    await page.keyboard.press('Escape');
    for (const hash of ['#/host', '#/settings']) {
      await page.evaluate((to) => {
        location.hash = to;
      }, hash);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      expect(await findings(page), hash).toEqual([]);
    }
  });
}

test('a machine is made, started, shut off and deleted by keyboard alone', async ({ page, home }) => {
  await using face = await serve(home);
  await page.goto(face.url);
  await expect(page.getByRole('button', { name: 'New machine' }).first()).toBeVisible();
  await page.keyboard.press('Alt+n');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await dialog.getByRole('radio', { name: 'Empty disk' }).focus();
  await page.keyboard.press('Space');
  await dialog.getByRole('textbox', { name: 'Name' }).focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('by-hand');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'by-hand', level: 1 })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/^Running/).first()).toBeVisible({ timeout: 30_000 });

  await page.keyboard.press('Control+k');
  await expect(page.getByPlaceholder('Find a machine, an action or a page')).toBeFocused();
  await page.keyboard.type('force off');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Force off', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Force off', exact: true }).press('Enter');
  await expect(page.getByText(/^Off/).first()).toBeVisible({ timeout: 30_000 });

  await page.keyboard.press('Control+k');
  await expect(page.getByPlaceholder('Find a machine, an action or a page')).toBeFocused();
  await page.keyboard.type('delete');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Deleted by-hand.')).toBeVisible();
});
