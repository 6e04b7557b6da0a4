// `node scripts/package.mjs [dir|AppImage|deb|rpm|tar.gz …]`: builds everything and packs it with electron-builder into
// dist/packages. ELECTRON_OVERRIDE_DIST_PATH names an Electron runtime to pack instead of a downloaded one.
import { drawIcons } from './packaging/icons.mjs';
import { writeNotices } from './packaging/notices.mjs';
import { packageFile, projectEnvironment, projectNode, projectRoot } from './setup/places.mjs';
import { runHere, step } from './setup/step.mjs';
import { main, setUp } from './setup.mjs';

await main(async () => {
  await setUp();
  await step('Drawing the icons', console.log, () => drawIcons());
  await step('Collecting licences', console.log, async () => writeNotices());
  const runtime = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const options = runtime ? [`--config.electronDist=${runtime}`] : [];
  return await runHere(
    projectNode(),
    [
      packageFile('electron-builder/cli.js'),
      ...[
        '--config',
        'scripts/packaging/electron-builder.config.mjs',
        '--linux',
        ...process.argv.slice(2),
        ...options,
      ],
    ],
    { cwd: projectRoot, env: projectEnvironment() },
  );
});
