#!/usr/bin/env node
// The command `innkeeper`: dist/cli/innkeeper.js on Node.js 22 or newer, set up and built first where that is due.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectNode, projectRoot } from './setup/places.mjs';

const program = join(projectRoot, 'dist/cli/innkeeper.js');
// An installed package has its build and no sources beside it.
const isCheckout = existsSync(join(projectRoot, 'backend/cli/innkeeper.ts'));

if (isCheckout) {
  const { isSetUp, main, setUp } = await import('./setup.mjs');
  const targets = ['renderer', 'backend', 'cli'];
  if (!isSetUp(targets)) {
    console.error('innkeeper: setting up (this happens once after a change) …');
    await main(() => setUp({ targets, say: (line) => console.error(`innkeeper: ${line}`) }));
    if (process.exitCode !== 0) process.exit();
  }
}

const node = projectNode();
if (node === process.execPath) {
  process.argv[1] = program;
  await import(pathToFileURL(program).href);
} else if (node === null) {
  console.error(
    `innkeeper needs Node.js 22 or newer; this is ${process.versions.node}. Run \`npm rebuild node\` in the checkout.`,
  );
  process.exitCode = 1;
} else {
  const { runHere } = await import('./setup/step.mjs');
  process.exitCode = await runHere(node, [program, ...process.argv.slice(2)]);
}
