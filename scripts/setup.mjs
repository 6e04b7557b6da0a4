// Brings a checkout to where it runs: `node scripts/setup.mjs [run|test]`. Says what it does; does nothing when nothing is due.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildStale, staleTargets } from './build.mjs';
import {
  checkProjectNode,
  installNodePackages,
  linkOwnProgram,
  nodePackagesAreCurrent,
} from './setup/node-packages.mjs';
import { SetupProblem, step } from './setup/step.mjs';
import { installSystemPackages, missingNeeds } from './setup/system-packages.mjs';

/**
 * purpose: 'run', or 'test' (a browser and Xvfb too). targets: what to build, all when absent. say: gets each line.
 * Throws SetupProblem with all the person needs to know.
 */
export async function setUp({ purpose = 'run', targets, say = console.log } = {}) {
  checkVersions();
  if (!nodePackagesAreCurrent()) {
    await step('Installing the npm packages', say, async () => {
      await installNodePackages();
      await checkProjectNode();
    });
  }
  linkOwnProgram();
  const missing = await missingNeeds(purpose);
  if (missing.length > 0) {
    const title = `Installing what is missing (${missing.map(({ what }) => what).join(', ')})`;
    await step(title, say, () => installSystemPackages(missing, say));
  }
  await buildProject({ targets, say });
}

/** True when neither packages nor builds are due; asks nothing of the system, so it is quick. */
export function isSetUp(targets) {
  return nodePackagesAreCurrent() && staleTargets(targets).length === 0;
}

async function buildProject({ targets, say }) {
  const stale = staleTargets(targets);
  if (stale.length === 0) return;
  try {
    await step(`Building ${stale.join(', ')}`, say, () => buildStale({ names: targets }));
  } catch (error) {
    throw new SetupProblem(error.message);
  }
}

function checkVersions() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupProblem(`Innkeeper needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  }
  if (process.platform !== 'linux') {
    throw new SetupProblem(`Innkeeper runs on Linux; this is ${process.platform}.`);
  }
}

/** Runs a script's main function; a problem that the person can mend is shown without a stack. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(() => setUp({ purpose: process.argv[2] === 'test' ? 'test' : 'run' }));
}
