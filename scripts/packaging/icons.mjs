// Draws assets/icon.svg in the sizes that desktops ask for, with an installed Chromium: `node scripts/packaging/icons.mjs`
// writes dist/icons/SIZExSIZE.png (names as electron-builder wants them).
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBrowser, projectRoot } from '../setup/places.mjs';
import { run, SetupProblem } from '../setup/step.mjs';
import { main } from '../setup.mjs';

export async function drawIcons(
  sizes = [16, 32, 48, 64, 128, 256, 512],
  folder = join(projectRoot, 'dist/icons'),
) {
  const browser = findBrowser();
  if (browser === null) throw new SetupProblem('Drawing the icons needs a Chromium browser.');
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'icons-'));
  try {
    const svg = readFileSync(join(projectRoot, 'assets/icon.svg'), 'utf8');
    for (const size of sizes) {
      const page = join(work, `${size}.html`);
      writeFileSync(
        page,
        `<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
      );
      const { code, output } = await run(browser, [
        ...[
          '--headless',
          '--hide-scrollbars',
          '--force-device-scale-factor=1',
          `--window-size=${size},${size}`,
        ],
        ...['--default-background-color=00000000', `--user-data-dir=${join(work, 'profile')}`],
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        `--screenshot=${join(folder, `${size}x${size}.png`)}`,
        page,
      ]);
      if (code !== 0) throw new SetupProblem(`The icon of ${size} pixels could not be drawn:\n${output}`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(() => drawIcons());
}
