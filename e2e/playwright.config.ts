import { defineConfig } from '@playwright/test';
import { findChromium } from './fixtures/find-chromium.ts';

/**
 * Journeys with real guests. Under software emulation a guest boots in ten to thirty seconds, so a test has minutes; and
 * two guests at once are as many as two cores carry, so there is one worker unless INNKEEPER_E2E_WORKERS says otherwise.
 */
export default defineConfig({
  testDir: '.',
  projects: [
    { name: 'prepare', testMatch: 'fixtures/prepare.setup.ts' },
    { name: 'journeys', testMatch: '**/*.spec.ts', dependencies: ['prepare'] },
  ],
  outputDir: '../.setup/reports/e2e',
  workers: Number(process.env.INNKEEPER_E2E_WORKERS ?? 1),
  fullyParallel: false,
  retries: 0,
  timeout: 240_000,
  expect: { timeout: 20_000 },
  use: {
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: findChromium(process.env),
      chromiumSandbox: process.getuid?.() !== 0,
      args: ['--disable-gpu', '--disable-background-networking'],
    },
  },
  forbidOnly: process.env.CI !== undefined,
});
