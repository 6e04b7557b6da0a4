import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the parts of the program lie, bundled (dist/…) or straight from the sources. */
export interface Product {
  readonly version: string;
  /** The built renderer: index.html and its assets. */
  readonly rendererFolder: string;
  /** What Node runs to start a back end. */
  readonly backendEntry: string;
}

/** Looks upwards from the module at `moduleUrl` for Innkeeper's package.json. */
export function findProduct(moduleUrl: string): Product {
  const file = fileURLToPath(moduleUrl);
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const version = innkeeperVersion(join(folder, 'package.json'));
    if (version !== null) {
      return {
        version,
        rendererFolder: join(folder, 'dist/renderer'),
        backendEntry: join(folder, file.endsWith('.ts') ? 'backend/main.ts' : 'dist/backend/main.js'),
      };
    }
    if (folder === dirname(folder)) throw new Error(`Innkeeper's package.json is not above ${file}.`);
  }
}

function innkeeperVersion(path: string): string | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) return null;
  if (!('name' in parsed) || parsed.name !== 'innkeeper') return null;
  return 'version' in parsed && typeof parsed.version === 'string' ? parsed.version : null;
}
