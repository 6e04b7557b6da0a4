// Where things are in a checkout, and the programs it runs.
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The Node.js that the project runs on: this one when it is new enough, else the one that comes as a dependency. */
export function projectNode() {
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
  const own = join(projectRoot, 'node_modules/node/bin/node');
  return existsSync(own) ? own : null;
}

/** The same environment with the project's own programs, its Node.js among them, first on PATH. */
export function projectEnvironment() {
  const own = projectNode();
  const folders = [join(projectRoot, 'node_modules/.bin'), ...(own === null ? [] : [dirname(own)])];
  return { ...process.env, PATH: `${folders.join(':')}:${process.env.PATH ?? ''}` };
}

/** A file of an installed package, to be run with projectNode(). */
export function packageFile(path) {
  return join(projectRoot, 'node_modules', path);
}

/** The full path of a program, also where a person's PATH may not reach, or null. */
export function findProgram(...names) {
  const folders = [
    ...(process.env.PATH ?? '').split(':').filter(Boolean),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
  ];
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (isProgram(path)) return path;
    }
  }
  return null;
}

export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first installed browser that can show a page in a window of its own. */
export function findBrowser() {
  return findProgram(
    'chromium',
    'chromium-browser',
    'google-chrome-stable',
    'google-chrome',
    'microsoft-edge-stable',
    'microsoft-edge',
    'brave-browser',
  );
}

export function hasDisplay() {
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** The same rule as backend/store/paths.ts. */
export function cacheFolder() {
  if (process.env.INNKEEPER_HOME) return join(process.env.INNKEEPER_HOME, 'cache');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'innkeeper');
}
