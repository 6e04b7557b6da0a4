import type { Browser, BrowserContextOptions, Page } from '@playwright/test';
import { desktopProblem } from '../desktop-guest/image.ts';
import { DesktopMachine } from '../desktop-guest/machine.ts';
import { Home } from '../fixtures/home.ts';
import { sharedCache } from '../fixtures/places.ts';
import { expect, test } from '../fixtures/test.ts';
import { canvasSize, copyOnHost, hostText, wantedSize } from './desktop-page.ts';
import { canvasHost, expectSamePixels } from './screen.ts';
import { serve } from './serve.ts';

/** A desktop with SPICE's agent in it, in our own viewer: its size, its clipboard, its pointer. */
let home: Home;
let guest: DesktopMachine;

test.beforeAll(async () => {
  test.setTimeout(900_000);
  const problem = await desktopProblem(sharedCache);
  test.skip(problem !== null, problem ?? '');
  home = await Home.open();
  guest = await DesktopMachine.start(home);
});
test.afterAll(async () => {
  await home?.[Symbol.asyncDispose]();
});

interface Display extends AsyncDisposable {
  readonly page: Page;
}

/** @param follow whether the guest's screen follows the window. */
async function openDisplay(
  browser: Browser,
  follow: boolean,
  options: BrowserContextOptions = {},
): Promise<Display> {
  const face = await serve(home);
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  await page.addInitScript(
    (mode) => {
      localStorage.setItem('innkeeper.viewer', 'own');
      localStorage.setItem('innkeeper.display.follow', mode);
    },
    follow ? 'sharp' : 'off',
  );
  await page.goto(face.url);
  await page.getByText(guest.name, { exact: true }).first().click();
  await page.getByRole('tab', { name: 'Display' }).click();
  await expect(page.locator(canvasHost)).toHaveAttribute('data-phase', 'live', {
    timeout: 60_000,
  });
  await expect(clipboardSwitch(page)).toBeEnabled({ timeout: 30_000 });
  return {
    page,
    [Symbol.asyncDispose]: async () => {
      await context.close();
      await face[Symbol.asyncDispose]();
    },
  };
}

function bar(page: Page) {
  return page.getByRole('toolbar', { name: `Screen of ${guest.name}` });
}

function clipboardSwitch(page: Page) {
  return page.getByRole('switch', { name: 'Clipboard' });
}

async function expectFollowed(page: Page, ratio = 1): Promise<void> {
  const wanted = await wantedSize(page, ratio);
  await expect.poll(() => guest.resolution(), { timeout: 30_000 }).toBe(wanted);
  await expect.poll(() => canvasSize(page), { timeout: 30_000 }).toBe(wanted);
}

/** While the guest has the keyboard the bar shows only to a pointer that comes near it. */
async function showBar(page: Page): Promise<void> {
  const box = await page.locator('.display').boundingBox();
  if (box === null) throw new Error('the display is not on the page');
  await page.mouse.move(box.x + 10, box.y + box.height - 20);
  await page.mouse.move(box.x + 12, box.y + box.height - 18);
  await expect(bar(page)).toHaveCSS('opacity', '1');
}

async function allow(page: Page, allows: boolean): Promise<void> {
  if ((await clipboardSwitch(page).isChecked()) !== allows) {
    await showBar(page);
    await bar(page).getByText('Clipboard', { exact: true }).click();
  }
  await expect(clipboardSwitch(page)).toBeChecked({ checked: allows });
}

test('the guest’s screen follows the window, pixel by pixel, and stops when told to', async ({ browser }) => {
  await using display = await openDisplay(browser, true);
  const { page } = display;
  await expectFollowed(page);
  await expectSamePixels(page, home, guest.name);
  // One pixel of the guest for each of the display.
  const canvas = page.locator(`${canvasHost} canvas`).first();
  const [box, size] = [await canvas.boundingBox(), await canvasSize(page)];
  expect(`${box?.width}x${box?.height}`).toBe(size);

  await page.setViewportSize({ width: 1100, height: 900 });
  await expectFollowed(page);
  await expectSamePixels(page, home, guest.name);

  await test.step('what is not seen sends no size', async () => {
    const before = await guest.resolution();
    await page.getByRole('tab', { name: 'Devices' }).click();
    await page.setViewportSize({ width: 1180, height: 760 });
    await page.setViewportSize({ width: 1100, height: 900 });
    await page.getByRole('tab', { name: 'Display' }).click();
    await expect(page.locator(canvasHost)).toHaveAttribute('data-phase', 'live', { timeout: 30_000 });
    expect(await guest.resolution()).toBe(before);
  });

  await test.step('a size that the guest takes by itself is left alone', async () => {
    await guest.sh('xrandr --output Virtual-1 --mode 800x600');
    await expect.poll(() => canvasSize(page)).toBe('800x600');
    await expectSamePixels(page, home, guest.name);
    expect(await guest.resolution()).toBe('800x600');
  });

  await test.step('full screen', async () => {
    await bar(page).getByRole('button', { name: 'Full screen' }).click();
    await expect(page.locator('.display')).toHaveAttribute('data-full-screen', 'true');
    await expectFollowed(page);
    await page.keyboard.press('Control+Alt');
    await bar(page).getByRole('button', { name: 'Leave full screen' }).click();
    await expect(page.locator('.display')).toHaveAttribute('data-full-screen', 'false');
    await expectFollowed(page);
  });

  await test.step('turned off', async () => {
    const before = await guest.resolution();
    await bar(page).getByRole('button', { name: 'Fit', exact: true }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Guest follows the window' }).click();
    await page.setViewportSize({ width: 1280, height: 800 });
    await expect.poll(() => wantedSize(page)).not.toBe(before);
    await expectSamePixels(page, home, guest.name);
    expect(await guest.resolution()).toBe(before);
  });
});

test('on a dense display the guest gets a pixel for each of its pixels', async ({ browser }) => {
  await using display = await openDisplay(browser, true, {
    deviceScaleFactor: 1.5,
  });
  const { page } = display;
  await expectFollowed(page, 1.5);
  await expectSamePixels(page, home, guest.name);
});

test('text crosses both ways while it is allowed, and not otherwise', async ({ browser }) => {
  await using display = await openDisplay(browser, false);
  const { page } = display;
  const light = page.getByTestId('clipboard-light');

  await test.step('off at first: nothing crosses', async () => {
    await expect(clipboardSwitch(page)).not.toBeChecked();
    await guest.copy('guest secret');
    await copyOnHost(page, 'host secret');
    await page.locator(canvasHost).focus();
    expect(await guest.paste()).toBe('guest secret');
    expect(await hostText(page)).toBe('host secret');
  });

  await test.step('to the guest', async () => {
    await allow(page, true);
    // It is lit for 3 s from when the guest takes the text.
    const lit = light.and(page.locator('[data-crossed="toGuest"]')).waitFor();
    await copyOnHost(page, 'from the host: ü, €, “x”\nsecond line');
    await expect.poll(() => guest.paste()).toBe('from the host: ü, €, “x”\nsecond line');
    await expect(page.getByText('Text copied to the guest')).toBeAttached();
    await lit;
    await expect(light).not.toHaveAttribute('data-crossed');
  });

  await test.step('from the guest', async () => {
    await guest.copy("from the guest: ß, 漢字, it's\nsecond line");
    await expect.poll(() => hostText(page)).toBe("from the guest: ß, 漢字, it's\nsecond line");
    await expect(page.getByText('Text from the guest')).toBeAttached();
  });

  await test.step('no echo: the guest keeps what it copied itself', async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    expect(await guest.sh('xclip -selection clipboard -o -t TARGETS')).toContain('UTF8_STRING');
    await guest.copy('again from the guest');
    await expect.poll(() => hostText(page)).toBe('again from the guest');
  });

  await test.step('up to 1 MiB, and it says when it is more', async () => {
    await page.evaluate(() => navigator.clipboard.writeText('m'.repeat(1024 * 1024)));
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await expect
      .poll(() => guest.sh('timeout 10 xclip -selection clipboard -o | wc -c'), { timeout: 40_000 })
      .toBe(String(1024 * 1024));
    await guest.sh('head -c 1048577 /dev/zero | tr "\\0" a | xclip -selection clipboard -i > /dev/null 2>&1');
    await expect(page.getByText('did not give the text that was copied in it')).toBeVisible();
    expect(await hostText(page)).toHaveLength(1024 * 1024);
    await page.evaluate(() => navigator.clipboard.writeText('m'.repeat(1024 * 1024 + 1)));
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await expect(page.getByText('The text on your clipboard is too long')).toBeVisible();
  });

  await test.step('kept for this machine; turned off, it takes back what it offered', async () => {
    await copyOnHost(page, 'short');
    await page.reload();
    await expect(clipboardSwitch(page)).toBeChecked({ timeout: 30_000 });
    await copyOnHost(page, 'offered');
    await expect.poll(() => guest.paste()).toBe('offered');
    await allow(page, false);
    await expect.poll(() => guest.paste()).toBe('');
    await guest.copy('another secret');
    await copyOnHost(page, 'one more');
    expect(await guest.paste()).toBe('another secret');
    expect(await hostText(page)).toBe('one more');
  });
});

test('without an agent the controls say so; when it is back everything works again', async ({ browser }) => {
  await using display = await openDisplay(browser, true);
  const { page } = display;
  await allow(page, true);
  await copyOnHost(page, 'before');
  await expect.poll(() => guest.paste()).toBe('before');

  await guest.sh('systemctl stop spice-vdagentd.socket spice-vdagentd');
  await expect(clipboardSwitch(page)).toBeDisabled();
  await expect(clipboardSwitch(page)).toHaveAccessibleDescription(/install and start spice-vdagent/);
  await bar(page).getByRole('button', { name: 'Fit', exact: true }).click();
  const follows = page.getByRole('menuitemcheckbox', {
    name: 'Guest follows the window',
  });
  await expect(follows).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('Escape');

  // The session's half may have crashed when its daemon went (spice-vdagent 0.22).
  await guest.sh('systemctl start spice-vdagentd.socket; pkill -x spice-vdagent || true');
  await guest.sh('setsid spice-vdagent -x > /dev/null 2>&1 &');
  await expect(clipboardSwitch(page)).toBeEnabled({ timeout: 30_000 });
  await expect(clipboardSwitch(page)).toBeChecked();
  await copyOnHost(page, 'after');
  await expect.poll(() => guest.paste()).toBe('after');
  await guest.copy('after, too');
  await expect.poll(() => hostText(page)).toBe('after, too');
  await page.setViewportSize({ width: 1000, height: 700 });
  await expectFollowed(page);
});

test('the pointer has the guest’s shapes', async ({ browser }) => {
  await using display = await openDisplay(browser, false);
  const { page } = display;
  const canvas = page.locator(`${canvasHost} canvas`).first();
  const shape = () => canvas.evaluate((element) => element.style.cursor);
  const box = await canvas.boundingBox();
  if (box === null) throw new Error('the canvas is not on the page');
  // A window that shows its text and stays as it is: what lies under the pointer decides.
  await guest.sh("setsid xterm -geometry 40x10+100+100 -e 'sleep 1000' > /dev/null 2>&1 &");
  await guest.sh('xdotool search --sync --onlyvisible --class xterm');
  const size = (await canvasSize(page)).split('x').map(Number);
  const scale = box.width / (size[0] ?? 1);
  const seen = new Set<string>();
  for (const [x, y] of [
    [20, 20],
    [200, 180],
  ] as const) {
    await page.mouse.move(box.x + (x + 3) * scale, box.y + (y + 3) * scale);
    await page.mouse.move(box.x + x * scale, box.y + y * scale);
    await expect.poll(async () => !seen.has(await shape()), { message: `${x}, ${y}` }).toBe(true);
    expect(await shape()).toContain('data:image/png');
    seen.add(await shape());
  }
  await guest.sh('pkill xterm');
  // What lay below has its own again.
  await expect.poll(async () => [...seen].indexOf(await shape())).toBe(0);
});

for (const viewport of [
  { width: 1280, height: 800 },
  { width: 900, height: 640 },
  { width: 1600, height: 1100 },
]) {
  test(`the pointer is exact in a window of ${viewport.width} × ${viewport.height}`, async ({ browser }) => {
    await using display = await openDisplay(browser, false, { viewport });
    const { page } = display;
    const canvas = page.locator(`${canvasHost} canvas`).first();
    const [box, size] = [await canvas.boundingBox(), await canvasSize(page)];
    if (box === null) throw new Error('the canvas is not on the page');
    const [width = 0, height = 0] = size.split('x').map(Number);
    const at = (pixel: number, length: number, pixels: number) => ((pixel + 0.5) * length) / pixels;
    for (const target of [
      { x: 1, y: 1 },
      { x: Math.floor(width / 3), y: Math.floor(height / 2) },
      { x: width - 1, y: height - 1 },
    ]) {
      await expect(async () => {
        await guest.watchPointer();
        // A place that no target shares a coordinate with: the kernel tells only of what changes.
        await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.2);
        await page.mouse.move(
          box.x + at(target.x, box.width, width),
          box.y + at(target.y, box.height, height),
        );
        await expect.poll(() => guest.pointer(), { timeout: 5_000 }).toEqual(target);
      }).toPass({ timeout: 30_000 });
      // Xorg's libinput driver goes by 65535ths of the screen and cuts, which may cost the pixel before.
      const shown = await guest.pointerOnScreen();
      expect(Math.max(target.x - shown.x, target.y - shown.y)).toBeLessThanOrEqual(1);
    }
  });
}
