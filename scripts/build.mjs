// Builds dist/ with Vite: `node scripts/build.mjs [renderer|backend|cli|electron|preload …] [--force]`.
// A target is built only when one of its inputs changed since the last time.
import { createHash } from 'node:crypto';
import {
  closeSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(projectRoot, 'dist');
const stamps = join(dist, '.built');

/**
 * inputs: files and folders whose change makes the target stale. out: the folder (or the one file) it owns in dist/.
 */
const targets = {
  renderer: {
    entry: 'renderer/index.html',
    inputs: ['renderer', 'backend/contract', 'assets/icon.svg'],
    out: 'renderer',
    config: rendererConfig,
  },
  backend: {
    entry: 'backend/main.ts',
    inputs: ['backend', 'renderer/spice'],
    out: 'backend',
    config: backendConfig,
  },
  cli: {
    entry: 'backend/cli/innkeeper.ts',
    inputs: ['backend', 'renderer/spice'],
    out: 'cli',
    config: cliConfig,
  },
  electron: {
    entry: 'electron/main.ts',
    inputs: ['electron', 'backend/contract'],
    out: 'electron/main.js',
    config: electronConfig,
  },
  preload: {
    entry: 'electron/preload.ts',
    inputs: ['electron', 'backend/contract'],
    out: 'electron/preload.cjs',
    config: preloadConfig,
  },
};

export const targetNames = Object.keys(targets);

/** Names of the targets whose output is missing or older than its inputs. */
export function staleTargets(names = targetNames) {
  return names.filter(
    (name) => readStamp(name) !== fingerprint(name) || !existsSync(join(dist, targets[name].out)),
  );
}

/** Builds what is stale; gives back one line per target built. Throws an error that names every target that failed. */
export async function buildStale({ names = targetNames, force = false, report = (_line) => {} } = {}) {
  if (!force && staleTargets(names).length === 0) return;
  const unlock = await lock();
  try {
    const problems = [];
    for (const name of force ? names : staleTargets(names)) {
      const started = performance.now();
      try {
        await buildTarget(name);
        report(`built ${name} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
      } catch (error) {
        problems.push(`${name} could not be built: ${error instanceof Error ? error.message : error}`);
      }
    }
    if (problems.length > 0) throw new Error(problems.join('\n'));
  } finally {
    unlock();
  }
}

async function buildTarget(name) {
  const { entry, out, config } = targets[name];
  if (!existsSync(join(projectRoot, entry))) throw new Error(`its entry ${entry} does not exist`);
  // Taken before the build: a file saved while it runs makes the target stale again.
  const built = fingerprint(name);
  const { build } = await import('vite');
  const temporary = join(dist, `.building-${name}`);
  rmSync(temporary, { recursive: true, force: true });
  try {
    const outFile = /\.c?js$/.test(out) ? out.slice(out.lastIndexOf('/') + 1) : null;
    await build({
      configFile: false,
      envDir: false,
      logLevel: 'warn',
      cacheDir: join(projectRoot, '.setup/vite'),
      ...config(join(projectRoot, entry), temporary),
    });
    if (name === 'backend') {
      // backend/guests/demo/image.ts looks for its recipe in a folder beside the running module.
      cpSync(join(projectRoot, 'backend/guests/demo/root'), join(temporary, 'root'), { recursive: true });
    }
    const [from, to] =
      outFile === null ? [temporary, join(dist, out)] : [join(temporary, outFile), join(dist, out)];
    mkdirSync(dirname(to), { recursive: true });
    if (outFile === null && existsSync(to)) {
      const previous = join(dist, `.previous-${name}`);
      rmSync(previous, { recursive: true, force: true });
      renameSync(to, previous);
      renameSync(from, to);
      rmSync(previous, { recursive: true, force: true });
    } else {
      if (outFile !== null && existsSync(`${from}.map`)) renameSync(`${from}.map`, `${to}.map`);
      renameSync(from, to);
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, name), built);
}

function rendererConfig(_entry, outDir) {
  return {
    root: join(projectRoot, 'renderer'),
    // Relative: the same files are served by `innkeeper serve` and by Electron's app:// protocol.
    base: './',
    plugins: [reactPlugin()],
    publicDir: existsSync(join(projectRoot, 'renderer/public')) ? 'public' : false,
    build: {
      outDir,
      emptyOutDir: true,
      target: 'chrome130',
      sourcemap: 'hidden',
      // Inlined as data: URLs, fonts and workers would need a wider Content-Security-Policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2000,
      reportCompressedSize: false,
      rolldownOptions: {
        output: {
          chunkFileNames: 'assets/[name]-[hash].js',
          codeSplitting: {
            // LGPL: in a file of its own, so that whoever receives Innkeeper can replace it (see THIRD-PARTY-NOTICES).
            groups: [{ name: 'vendor-spice-html5', test: /@spice-project[\\/]spice-html5/ }],
          },
        },
      },
    },
    worker: { format: 'es' },
  };
}

/** The plugin is loaded when a build runs, so that this file can be imported before `npm ci`. */
async function reactPlugin() {
  const { default: react } = await import('@vitejs/plugin-react');
  return react();
}

function nodeConfig({ entry, fileName, outDir, format = 'es', target = 'node24', external = [] }) {
  return {
    root: projectRoot,
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target,
      sourcemap: true,
      minify: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: entry,
        platform: 'node',
        // ws asks for two optional native packages and does without them.
        external: [
          'electron',
          /^electron\//,
          'bufferutil',
          'utf-8-validate',
          /^node:/,
          ...builtinModules,
          ...external,
        ],
        output: {
          format,
          entryFileNames: fileName,
          chunkFileNames: '[name]-[hash].js',
          ...(fileName.endsWith('.cjs') || outDir.endsWith('electron') ? { codeSplitting: false } : {}),
        },
      },
    },
  };
}

function backendConfig(entry, outDir) {
  // ScreenTaker looks for its thread in a file beside the running module.
  const threads = { 'screen-worker': join(projectRoot, 'backend/devices/display/screen-worker.ts') };
  return nodeConfig({ entry: { main: entry, ...threads }, fileName: '[name].js', outDir });
}

function cliConfig(entry, outDir) {
  return nodeConfig({ entry, fileName: 'innkeeper.js', outDir });
}

function electronConfig(entry, outDir) {
  return nodeConfig({ entry, fileName: 'main.js', outDir });
}

/** A sandboxed preload may only `require('electron')`, so it is one CommonJS file. */
function preloadConfig(entry, outDir) {
  return nodeConfig({ entry, fileName: 'preload.cjs', outDir, format: 'cjs' });
}

/** Path, size and time of every input of a target, what it is built with, and the packages it takes in. */
function fingerprint(name) {
  const hash = createHash('sha256');
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  hash.update(readFileSync(join(projectRoot, 'package-lock.json')));
  for (const input of targets[name].inputs) addTree(hash, input);
  return hash.digest('hex');
}

function addTree(hash, path) {
  const absolute = join(projectRoot, path);
  const info = lstatSync(absolute, { throwIfNoEntry: false });
  if (info === undefined) return;
  if (info.isDirectory()) {
    for (const entry of readdirSync(absolute).sort()) addTree(hash, `${path}/${entry}`);
  } else if (!/\.test\.tsx?$/.test(path)) {
    hash.update(`${path}\0${info.size}\0${info.mtimeMs}\n`);
  }
}

function readStamp(name) {
  const file = join(stamps, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** One build at a time in a checkout; a lock whose holder is gone is taken over. */
async function lock() {
  mkdirSync(dist, { recursive: true });
  const path = join(dist, '.build-lock');
  for (;;) {
    try {
      const handle = openSync(path, 'wx');
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
    if (holder > 0 && !existsSync(`/proc/${holder}`)) rmSync(path, { force: true });
    await new Promise((again) => setTimeout(again, 100));
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const names = words.filter((word) => !word.startsWith('--'));
  const unknown = names.filter((name) => !targetNames.includes(name));
  if (unknown.length > 0) {
    console.error(`No such target: ${unknown.join(', ')}. There are: ${targetNames.join(', ')}.`);
    process.exit(2);
  }
  try {
    await buildStale({
      names: names.length > 0 ? names : targetNames,
      force: words.includes('--force'),
      report: (line) => console.log(line),
    });
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
