import { mkdir, writeFile } from 'node:fs/promises';
import { type Browser, chromium } from '@playwright/test';
import { newDefinition } from '../backend/machines/definition.ts';
import { machineFolder } from '../backend/store/paths.ts';
import { findChromium } from '../e2e/fixtures/find-chromium.ts';
import { Home } from '../e2e/fixtures/home.ts';
import { serve } from '../e2e/journeys/serve.ts';
import { median, note, report } from './report.ts';

/**
 * From navigating to the browser face until the machine list has answered a click: the row is there, was clicked, and that
 * machine's page stands beside it. With 500 machines, against the very same page with 5. Every round has a fresh browser
 * profile, so nothing is cached; the face's cookie alone is carried over, because its token is good once.
 */
const ROUNDS = 9;
const MANY = 500;
const FEW = 5;

async function homeWith(count: number): Promise<Home> {
  const home = await Home.open();
  for (let n = 0; n < count; n += 1) {
    const name = `machine ${String(n).padStart(3, '0')}`;
    const definition = newDefinition({ name, origin: 'custom', memoryMiB: 512, cpus: 2, cdrom: null });
    const files = machineFolder(home.folders, definition.id);
    await mkdir(files.disks, { recursive: true, mode: 0o700 });
    await writeFile(files.definition, `${JSON.stringify(definition, null, 2)}\n`, { mode: 0o600 });
  }
  return home;
}

/** Milliseconds of each round. */
async function measure(browser: Browser, count: number): Promise<number[]> {
  await using home = await homeWith(count);
  await using face = await serve(home);
  const first = await browser.newContext();
  await (await first.newPage()).goto(face.url);
  const storageState = await first.storageState();
  await first.close();
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const context = await browser.newContext({ storageState, viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    const name = 'machine 003';
    const started = performance.now();
    await page.goto(new URL('/', face.url).href, { waitUntil: 'commit' });
    await page.getByRole('grid').getByText(name, { exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    // The first round warms the disk cache and does not count.
    if (round > 0) times.push(performance.now() - started);
    const rows = Number(await page.getByRole('grid').getAttribute('aria-rowcount'));
    if (rows !== count) throw new Error(`the list has ${rows} rows, not ${count}`);
    await context.close();
  }
  note(`${count} machines: ${times.map(Math.round).join(' ')} ms`);
  return times;
}

const browser = await chromium.launch({
  executablePath: findChromium(process.env),
  chromiumSandbox: process.getuid?.() !== 0,
  args: ['--disable-gpu', '--disable-background-networking'],
});
try {
  const few = await measure(browser, FEW);
  const many = await measure(browser, MANY);
  report({
    what: `time to an interactive list, ${MANY} machines`,
    ours: median(many),
    peer: median(few),
    unit: 'ms',
    peerName: `the same page with ${FEW} machines`,
    aim: '< 1000 ms',
  });
} finally {
  await browser.close();
}
