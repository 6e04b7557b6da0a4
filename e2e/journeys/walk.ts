import { truncate, writeFile } from 'node:fs/promises';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { waitForDemo } from '../fixtures/demo.ts';
import type { Home } from '../fixtures/home.ts';
import { canvasHost, expectSamePixels, litPixels } from './screen.ts';

/** One way to be in front of Innkeeper: a browser tab or the desktop window. */
export interface Face {
  readonly page: Page;
  readonly home: Home;
  dropFiles(target: Locator, paths: readonly string[]): Promise<void>;
}

const GUEST_BOOT = 120_000;

/** A new person's first minutes, from an empty house to a machine that was deleted and came back. */
export async function walkThroughFirstBoot({ page, home, dropFiles }: Face): Promise<void> {
  await test.step('the demo machine is two clicks away', async () => {
    await page.getByRole('button', { name: 'Try the demo machine' }).click();
    await expect(page.getByRole('heading', { name: 'demo', level: 1 })).toBeVisible({ timeout: GUEST_BOOT });
    await expect(page.getByText(/^Running/).first()).toBeVisible({ timeout: GUEST_BOOT });
    await waitForDemo(home);
  });

  await test.step('its screen shows in the window, exactly', async () => {
    await page.getByRole('tab', { name: 'Display' }).click();
    await expect.poll(() => litPixels(page), { timeout: 60_000 }).toBeGreaterThan(1_000);
    await expectSamePixels(page, home, 'demo');
  });

  await test.step('typed text arrives in the guest', async () => {
    await expectTypingArrives(page, home);
    await expectSamePixels(page, home, 'demo');
  });

  await test.step('the pointer lands where it points', async () => {
    await expectPointerExact(page, home);
  });

  await test.step('pause and resume', async () => {
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await expect(page.getByText(/^Paused/).first()).toBeVisible();
    expect((await home.show('demo')).state).toBe('paused');
    await page.getByRole('button', { name: 'Resume', exact: true }).first().click();
    await expect(page.getByText(/^Running/).first()).toBeVisible();
  });

  await test.step('the balloon: memory total in the guest follows', async () => {
    await page.getByRole('tab', { name: 'Devices' }).click();
    const before = await memoryTotal(home);
    // Told by the guest's agent.
    await expect(page.getByText('10.0.2.15')).toBeVisible();
    const slider = page.getByRole('slider', { name: 'Memory the guest may have' });
    await slider.focus();
    await slider.press('Home');
    await expect.poll(() => memoryTotal(home), { timeout: 60_000 }).toBeLessThan(before - 300 * 1024);
    await slider.press('End');
    await expect.poll(() => memoryTotal(home), { timeout: 60_000 }).toBe(before);
  });

  await test.step('a dropped image appears in the guest and is gone after detaching', async () => {
    const image = `${home.path}/data64.img`;
    await writeFile(image, '');
    await truncate(image, 64 * 1024 * 1024);
    await dropFiles(page.locator('.disk-drop'), [image]);
    await page.getByRole('button', { name: /^Attach as a disk/ }).click();
    await expect.poll(() => blockSizes(home), { timeout: 30_000 }).toContain('vdb 131072');
    await page.getByRole('button', { name: 'Detach disk1' }).click();
    await expect.poll(() => blockSizes(home), { timeout: 30_000 }).not.toContain('vdb');
    await expect(page.getByRole('button', { name: 'Detach disk1' })).toBeHidden();
  });

  await test.step('the cable', async () => {
    const cable = page.getByRole('switch', { name: /Cable/ });
    await page.getByText('Cable', { exact: true }).click();
    await expect.poll(() => carrier(home)).toBe('0');
    await expect(cable).not.toBeChecked();
    await page.getByText('Cable', { exact: true }).click();
    await expect.poll(() => carrier(home)).toBe('1');
    await expect(cable).toBeChecked();
  });

  await test.step('the console', async () => {
    await openConsole(page);
    await page.keyboard.type('echo console-$((20+3))\n', { delay: 20 });
    await expect(page.getByTestId('console-terminal')).toContainText('console-23', { timeout: 30_000 });
  });

  await test.step('it shuts down cleanly', async () => {
    await page.getByRole('button', { name: 'Shut down', exact: true }).click();
    await expect(page.getByText(/^Off/).first()).toBeVisible({ timeout: 60_000 });
    expect((await home.show('demo')).fault).toBeNull();
  });

  await test.step('deleting can be undone', async () => {
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(page.getByText('Deleted demo.')).toBeVisible();
    expect((await home.answer('machine.list', 'list')).machines).toEqual([]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByRole('heading', { name: 'demo', level: 1 })).toBeVisible();
    expect((await home.answer('machine.list', 'list')).machines).toHaveLength(1);
  });
}

/** Types a command at the prompt on the guest's screen and reads in the guest what it wrote. */
export async function expectTypingArrives(page: Page, home: Home): Promise<void> {
  await page.locator(canvasHost).click();
  await page.keyboard.type('echo "typed $((6*7)) @~{}|<>?" > /tmp/typed\n', { delay: 70 });
  await expect
    .poll(async () => (await home.ik('exec', 'demo', '--', 'cat', '/tmp/typed')).stdout, {
      timeout: 30_000,
    })
    .toBe('typed 42 @~{}|<>?\n');
}

/** Opens the Console tab; the shell there answers when this returns. Until the line is connected, what is typed is lost. */
export async function openConsole(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Console' }).click();
  const terminal = page.getByTestId('console-terminal');
  await terminal.click();
  await expect(async () => {
    await page.keyboard.press('Enter');
    await expect(terminal).toContainText('demo:~#', { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
}

/** kB, as the guest's kernel counts it. */
async function memoryTotal(home: Home): Promise<number> {
  const stdout = await home.ok('exec', 'demo', '--', 'cat', '/proc/meminfo');
  return Number(/MemTotal:\s+(\d+) kB/.exec(stdout)?.[1]);
}

/** 'vda 2097152\nvdb 131072\n…', sizes in sectors of 512 bytes. */
async function blockSizes(home: Home): Promise<string> {
  const script = 'cd /sys/block; for one in *; do echo "$one $(cat $one/size)"; done';
  return await home.ok('exec', 'demo', '--', 'sh', '-c', script);
}

async function carrier(home: Home): Promise<string> {
  return (await home.ok('exec', 'demo', '--', 'cat', '/sys/class/net/eth0/carrier')).trim();
}

/**
 * Moves over the canvas and reads in the guest what its tablet reported: absolute axes of 0–32767 (QEMU's usb-tablet)
 * that must be those of the very guest pixel under the pointer.
 */
export async function expectPointerExact(page: Page, home: Home): Promise<void> {
  const record =
    'for e in /sys/class/input/event*; do grep -q Tablet $e/device/name && d=/dev/input/$(basename $e); done; ';
  await home.ok(
    'exec',
    'demo',
    '--',
    'sh',
    '-c',
    `${record} (timeout 20 cat $d > /tmp/pointer) >/dev/null 2>&1 & sleep 1`,
  );
  const canvas = page.locator(`${canvasHost} canvas`).first();
  const box = await canvas.boundingBox();
  if (box === null) throw new Error('the canvas is not on the page');
  const size = await canvas.evaluate((element: HTMLCanvasElement) => ({
    width: element.width,
    height: element.height,
  }));
  const target = { x: 700, y: 500 };
  const at = {
    x: box.x + ((target.x + 0.5) * box.width) / size.width,
    y: box.y + ((target.y + 0.5) * box.height) / size.height,
  };
  await page.mouse.move(at.x - 40, at.y - 40);
  await page.mouse.move(at.x, at.y);
  await expect
    .poll(
      async () =>
        lastPosition(
          await home.ok('exec', 'demo', '--', 'hexdump', '-v', '-e', '24/1 "%02x" "\\n"', '/tmp/pointer'),
          size,
        ),
      {
        timeout: 15_000,
      },
    )
    .toEqual(target);
}

/**
 * QEMU scales a position by 32767 / length and cuts it (ui/input.c, qemu_input_scale_axis): rounding undoes that.
 * `struct input_event` of 24 bytes: time (16), type u16, code u16, value s32 (Linux, input.h); EV_ABS is 3, ABS_X 0, ABS_Y 1.
 */
export function lastPosition(hex: string, size: { width: number; height: number }): { x: number; y: number } {
  let x = Number.NaN;
  let y = Number.NaN;
  for (const line of hex.split('\n').filter((text) => text.length === 48)) {
    const event = Buffer.from(line, 'hex');
    if (event.readUInt16LE(16) !== 3) continue;
    if (event.readUInt16LE(18) === 0) x = event.readInt32LE(20);
    if (event.readUInt16LE(18) === 1) y = event.readInt32LE(20);
  }
  const pixel = (axis: number, length: number): number => Math.round((axis * length) / 32767);
  return { x: pixel(x, size.width), y: pixel(y, size.height) };
}
