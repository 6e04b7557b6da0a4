// `npm start`: sets up what is due and opens Innkeeper, in Electron or, with `-- --browser`, in a browser.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  cacheFolder,
  findBrowser,
  hasDisplay,
  isProgram,
  packageFile,
  projectEnvironment,
  projectNode,
  projectRoot,
} from './setup/places.mjs';
import { run, runHere, SetupProblem } from './setup/step.mjs';
import { main, setUp } from './setup.mjs';

const words = process.argv.slice(2);
const asRoot = process.getuid?.() === 0;
const guestsGoOn = 'Innkeeper has closed. Guests that were running go on: `npx innkeeper list` shows them.';

await main(async () => {
  await setUp();
  if (words.includes('--browser')) return await openBrowserFace();
  if (!hasDisplay()) {
    console.log('There is no display for a window here, so Innkeeper is served to a browser instead.');
    return await openBrowserFace();
  }
  const electron = await findElectron();
  if (electron === null) {
    console.log("Electron's runtime cannot be had here, so Innkeeper opens in a browser instead.");
    return await openBrowserFace();
  }
  return await openElectronFace(electron);
});

async function openElectronFace(electron) {
  if (asRoot)
    console.log(
      "Chromium's sandbox does not run as root, so it is off: start Innkeeper as a normal user to have it.",
    );
  const code = await runHere(electron, [projectRoot, ...(asRoot ? ['--no-sandbox'] : []), ...words]);
  console.log(guestsGoOn);
  return code;
}

/** The runtime's program, fetched if it is not there; null when it cannot be had. */
async function findElectron() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) {
    const program = join(override, 'electron');
    if (isProgram(program)) return program;
    throw new SetupProblem(
      `ELECTRON_OVERRIDE_DIST_PATH is ${override}, but there is no program "electron" in it.`,
    );
  }
  const installed = packageFile('electron/dist/electron');
  if (isProgram(installed)) return installed;
  // A download where the archive can be reached; where not, it fails at once.
  await run(projectNode(), [packageFile('electron/install.js')], {
    cwd: projectRoot,
    env: projectEnvironment(),
    timeoutMs: 180_000,
  });
  return isProgram(installed) ? installed : null;
}

async function openBrowserFace() {
  const serve = spawn(projectNode(), [join(projectRoot, 'dist/cli/innkeeper.js'), 'serve', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: projectEnvironment(),
  });
  const ended = new Promise((resolve) => serve.once('close', (code) => resolve(code ?? 0)));
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    serve.kill('SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);

  const url = await firstUrl(serve);
  if (url === null) {
    await ended;
    if (!stopping) throw new SetupProblem('The browser face did not start; what it said is above.');
    return 0;
  }
  const browser = hasDisplay() ? findBrowser() : null;
  if (browser === null) {
    console.log(
      `Innkeeper is at ${url}\nThe address holds a secret: it opens once, in the browser you choose. Ctrl-C ends this.`,
    );
  } else {
    const window = openAppWindow(browser, url);
    console.log('Innkeeper is open in a window of its own. Closing it or Ctrl-C ends this.');
    window.once('close', stop);
    process.once('exit', () => window.kill());
  }
  const code = await ended;
  console.log(guestsGoOn);
  return stopping ? 0 : code || 1;
}

/** `serve --json` prints one JSON document with the address when it is ready. */
async function firstUrl(serve) {
  for await (const line of createInterface({ input: serve.stdout })) {
    if (!line.startsWith('{')) continue;
    serve.stdout.resume();
    return JSON.parse(line).url;
  }
  return null;
}

/** A profile of its own: no tabs, no history, and the process ends with the window. */
function openAppWindow(browser, url) {
  if (asRoot)
    console.log(
      "Chromium's sandbox does not run as root, so it is off: start Innkeeper as a normal user to have it.",
    );
  return spawn(
    browser,
    [
      `--app=${url}`,
      `--user-data-dir=${join(cacheFolder(), 'app-window')}`,
      ...['--no-first-run', '--no-default-browser-check', '--class=innkeeper', '--window-size=1280,860'],
      ...(asRoot ? ['--no-sandbox', '--test-type'] : []),
    ],
    { stdio: 'ignore' },
  ).on('error', (error) => console.error(`${browser} could not be started: ${error.message}`));
}
