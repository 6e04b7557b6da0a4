import type { Page } from '@playwright/test';
import { waitForDemo } from '../fixtures/demo.ts';
import type { Home } from '../fixtures/home.ts';
import { shareDemo } from '../fixtures/shared-demo.ts';
import { expect, test } from '../fixtures/test.ts';
import { evdevCodes } from './evdev-codes.ts';
import { EV_KEY, GuestInput } from './guest-input.ts';
import { PageWatch } from './page-watch.ts';
import { canvasHost, openDisplay } from './screen.ts';
import { serve } from './serve.ts';

/** What arrives in the guest of a person's keys in our own viewer, with one demo guest. */
let home: Home;
shareDemo((begun) => {
  home = begun;
});

/** Linux, input-event-codes.h. */
const KEY_A = 30;

/** Of CapsLock and NumLock, as the guest has them. */
const lights = (): Promise<string> =>
  home.inGuest('demo', 'cat /sys/class/leds/*::capslock/brightness /sys/class/leds/*::numlock/brightness');

/** Presses keys that Playwright does not know, or that would be the browser's. */
async function pressByCode(page: Page, all: readonly string[]): Promise<void> {
  await page.evaluate(
    ([selector, codes]) => {
      const element = document.querySelector(selector);
      const press = (type: string, code: string) =>
        element?.dispatchEvent(new KeyboardEvent(type, { code, key: code, bubbles: true, cancelable: true }));
      for (const code of codes) {
        press('keydown', code);
        press('keyup', code);
      }
    },
    [canvasHost, all] as const,
  );
}

test('every key arrives by its place, AltGr too; none stays down', async ({ page }) => {
  const watch = new PageWatch(page);
  await using face = await serve(home);
  await openDisplay(page, face.url);
  const host = page.locator(canvasHost);
  const keyboard = await GuestInput.record(home, 'keyboard');
  const keys = async (most = 3000) => (await keyboard.events(most)).filter(({ type }) => type === EV_KEY);
  await host.focus();

  await test.step('every key of a keyboard with 105', async () => {
    const [codes, linux] = [Object.keys(evdevCodes), Object.values(evdevCodes)];
    // QEMU's keyboard holds 16 bytes (hw/input/ps2.c, PS2_QUEUE_SIZE), a key takes up to 8, and what is too much is lost.
    for (let at = 0; at < codes.length; at += 2) {
      await pressByCode(page, codes.slice(at, at + 2));
      const wanted = linux.slice(at, at + 2).flatMap((code) => [`${code} 1`, `${code} 0`]);
      await expect
        .poll(async () => (await keys()).slice(2 * at).map(({ code, value }) => `${code} ${value}`))
        .toEqual(wanted);
    }
  });

  await test.step('lock keys: the guest’s become those of the person’s keyboard with the first key', async () => {
    await expect.poll(lights).toBe('1\n1');
    await page.getByRole('tab', { name: 'Display' }).focus();
    await host.focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(lights).toBe('0\n0');
  });

  await test.step('AltGr with a letter, in order', async () => {
    await page.keyboard.down('AltRight');
    await page.keyboard.press('q');
    await page.keyboard.up('AltRight');
    await expect
      .poll(async () => (await keys()).slice(-4).map(({ code, value }) => `${code} ${value}`))
      .toEqual(['100 1', '16 1', '16 0', '100 0']);
  });

  await test.step('with it as on a Swedish keyboard: @ is AltGr and 2, and no Shift', async () => {
    await host.evaluate((element) => {
      const send = (type: string, code: string, key: string) =>
        element.dispatchEvent(
          new KeyboardEvent(type, { code, key, modifierAltGraph: true, bubbles: true, cancelable: true }),
        );
      send('keydown', 'AltRight', 'AltGraph');
      send('keydown', 'Digit2', '@');
      send('keyup', 'Digit2', '@');
      send('keyup', 'AltRight', 'AltGraph');
    });
    await expect
      .poll(async () => (await keys()).slice(-4).map(({ code, value }) => `${code} ${value}`))
      .toEqual(['100 1', '3 1', '3 0', '100 0']);
  });

  await test.step('a paused guest takes none, and has none down when it goes on', async () => {
    await page.keyboard.down('a');
    await expect.poll(() => keyboard.isDown(KEY_A)).toBe(true);
    await home.ok('pause', 'demo');
    await expect(page.getByRole('button', { name: 'Resume' }).last()).toBeFocused();
    await page.keyboard.up('a');
    await page.keyboard.press('Control+k');
    await expect(page.getByPlaceholder('Find a machine, an action or a page')).toBeFocused();
    await page.keyboard.press('Escape');
    await page.locator('.display-notice').getByRole('button', { name: 'Resume' }).click();
    await expect(host).toBeFocused();
    await expect.poll(() => keyboard.isDown(KEY_A)).toBe(false);
  });

  await test.step('a held key repeats and is let go on blur', async () => {
    await page.keyboard.down('a');
    for (let times = 0; times < 3; times += 1) await page.keyboard.down('a');
    await expect.poll(() => keyboard.isDown(KEY_A)).toBe(true);
    await page.getByRole('tab', { name: 'Display' }).focus();
    await expect.poll(() => keyboard.isDown(KEY_A)).toBe(false);
    await page.keyboard.up('a');
  });
  expect(watch.errors).toEqual([]);
});

test('a guest that is reset gets the person’s lock keys again with the next key, and then has its own way', async ({
  page,
}) => {
  await using face = await serve(home);
  await openDisplay(page, face.url);
  await page.locator(canvasHost).focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(lights).toBe('0\n0');
  const backend = await home.connect();
  const { id } = await home.show('demo');
  await backend.request('machine.restart', { machine: id, force: true });
  // The word of the boot before is not the one to wait for.
  await expect.poll(async () => (await home.show('demo')).guestReady).toBe(false);
  await waitForDemo(home);
  const pressCapsInGuest = () => home.ok('keys', 'demo', 'caps_lock');
  await pressCapsInGuest();
  await expect.poll(lights).toBe('1\n0');
  // Linux tells the keyboard of a light up to 50 ms later (atkbd.c, atkbd_schedule_event_work), and QEMU the SPICE server then,
  // which turns off only what it knows to be on.
  await home.inGuest('demo', 'sleep 0.5');
  await expect(page.locator(canvasHost)).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(lights).toBe('0\n0');

  await pressCapsInGuest();
  await expect.poll(lights).toBe('1\n0');
  const keyboard = await GuestInput.record(home, 'keyboard');
  await page.keyboard.press('a');
  await expect.poll(() => keyboard.presses()).toEqual([KEY_A]);
  expect(await lights()).toBe('1\n0');
});
