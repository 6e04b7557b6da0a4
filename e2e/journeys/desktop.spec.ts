import { expect, test } from '@playwright/test';
import { launchDesktop } from '../electron-stand-in/launch.ts';
import { Home } from '../fixtures/home.ts';
import { walkThroughFirstBoot } from './walk.ts';

test('the first boot in the desktop window', async () => {
  test.setTimeout(480_000);
  await using home = await Home.open();
  await using desktop = await launchDesktop({ home: home.path });
  // Which of the two this machine did is part of the result: README, "Tests".
  test.info().annotations.push({ type: 'runtime', description: desktop.runtime });
  console.log(
    `desktop face: ran in ${desktop.runtime === 'electron' ? 'Electron' : 'the stand-in of Electron'}`,
  );
  await expect(desktop.page).toHaveTitle(/Innkeeper/);
  await walkThroughFirstBoot({
    page: desktop.page,
    home,
    dropFiles: (target, paths) => desktop.dropFiles(target, paths),
  });
});
