import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Desktop, LaunchOptions } from './desktop.ts';
import { launchElectron, launchSecondElectron } from './real-electron.ts';
import { launchSecond, launchStandIn } from './stand-in.ts';

export type { Desktop } from './desktop.ts';

const projectRoot = resolve(import.meta.dirname, '../..');

/** The main program as it is shipped, unmodified, whichever way it is run. */
const mainFile = join(projectRoot, 'dist/electron/main.js');

/** Electron's executable where its runtime is installed; null where it cannot be had. */
export function electronRuntime(env: NodeJS.ProcessEnv = process.env): string | null {
  const override = env.ELECTRON_OVERRIDE_DIST_PATH;
  const folder =
    override !== undefined && override !== '' ? override : join(projectRoot, 'node_modules/electron/dist');
  const executable = join(folder, 'electron');
  return existsSync(executable) ? executable : null;
}

/**
 * Opens the desktop face: in Electron where its runtime is installed, else in the stand-in. `runtime` of the result
 * says which. Throws with main's output when no window opens.
 */
export async function launchDesktop({ home, env = {} }: LaunchOptions): Promise<Desktop> {
  if (!existsSync(mainFile)) throw new Error(`${mainFile} is not there: run node scripts/build.mjs first.`);
  const wholeEnv = environment(home, env);
  const executable = electronRuntime(wholeEnv);
  return executable === null
    ? await launchStandIn(mainFile, wholeEnv)
    : await launchElectron(executable, mainFile, wholeEnv);
}

/** Starts the program a second time with the same folders; its exit code, when it has handed over to the first. */
export async function launchSecondDesktop({ home, env = {} }: LaunchOptions): Promise<number | null> {
  const wholeEnv = environment(home, env);
  const executable = electronRuntime(wholeEnv);
  return executable === null
    ? await launchSecond(mainFile, wholeEnv)
    : await launchSecondElectron(executable, mainFile, wholeEnv);
}

function environment(home: string, env: Readonly<Record<string, string>>): Record<string, string> {
  const all = { ...process.env, ...env, INNKEEPER_HOME: home };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
