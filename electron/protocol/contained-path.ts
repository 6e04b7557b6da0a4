import { join, sep } from 'node:path';
import { isAppUrl } from './app-url.ts';

/**
 * The file below `root` that a URL of the renderer names, or null where it names none:
 * `app://innkeeper/assets/a.js` → `ROOT/assets/a.js`; `app://innkeeper/..%2fsecret` → null.
 * Nothing encoded may become a path separator, a parent folder, a hidden file or a NUL.
 */
export function containedPath(root: string, url: string): string | null {
  if (!isAppUrl(url)) return null;
  let parts: string[];
  try {
    parts = new URL(url).pathname.slice(1).split('/').map(decodeURIComponent);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
  if (parts.some((part) => part === '' || part.startsWith('.') || /[/\\\0]/.test(part))) return null;
  const path = join(root, ...parts);
  return path.startsWith(root.endsWith(sep) ? root : root + sep) ? path : null;
}
