// node_modules: installed when package-lock.json changed since the last time.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectEnvironment, projectRoot } from './places.mjs';
import { run, SetupProblem } from './step.mjs';

const stamp = join(projectRoot, 'node_modules/.innkeeper/package-lock');

/** Whether node_modules is what package-lock.json asks for. */
export function nodePackagesAreCurrent() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash()) return true;
  if (!installedByHand()) return false;
  writeStamp();
  return true;
}

export async function installNodePackages() {
  const npm = process.env.npm_execpath;
  const [program, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  rmSync(stamp, { force: true });
  const { code, output } = await run(program, [...args, 'ci', '--no-audit', '--no-fund'], {
    cwd: projectRoot,
    env: { npm_config_loglevel: 'error' },
  });
  if (code === 127) throw new SetupProblem('npm is not there. Install Node.js 20.19 or newer with its npm.');
  if (code !== 0) {
    throw new SetupProblem(
      `The packages could not be installed (npm ci):\n${output.trim()}\nCheck that this computer reaches the npm registry, then try again.`,
    );
  }
  writeStamp();
}

/** `npx innkeeper` looks in node_modules/.bin, where npm puts no link to the project itself. */
export function linkOwnProgram() {
  const link = join(projectRoot, 'node_modules/.bin/innkeeper');
  if (existsSync(link)) return;
  rmSync(link, { force: true });
  symlinkSync('../../scripts/innkeeper.mjs', link);
}

/** The Node.js that comes as a dependency is fetched by an install script, which a strict npm may have left out. */
export async function checkProjectNode() {
  const { code, output } = await run('node', ['--version'], { env: projectEnvironment() });
  const major = Number(/^v(\d+)/.exec(output)?.[1]);
  if (code === 0 && major >= 22) return;
  throw new SetupProblem(
    'Node.js 24 was not installed with the packages. Run `npm rebuild node`, or install Node.js 22 or newer, then try again.',
  );
}

/** npm writes what it installed into a lock file of its own: after an `npm ci` by hand it says the same as ours. */
function installedByHand() {
  const hidden = join(projectRoot, 'node_modules/.package-lock.json');
  if (!existsSync(hidden)) return false;
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional === true || installed[path]?.version === entry.version,
  );
}

function writeStamp() {
  mkdirSync(join(stamp, '..'), { recursive: true });
  writeFileSync(stamp, lockHash());
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(projectRoot, 'package-lock.json')))
    .digest('hex');
}
