import { readFile } from 'node:fs/promises';
import { type Protocol, protocol } from 'electron';
import { contentSecurityPolicy } from '../../backend/contract/csp.ts';
import { APP_SCHEME } from './app-url.ts';
import { containedPath } from './contained-path.ts';
import { mediaType } from './mime.ts';

/** Must run before the app is ready. `standard` gives the scheme an origin, `secure` a secure context. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: APP_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
}

/** Serves the built renderer in `root`, and nothing else, as app://innkeeper/. */
export function serveApp(sessionProtocol: Protocol, root: string): void {
  sessionProtocol.handle(APP_SCHEME, async (request) => {
    if (request.method !== 'GET') return answer(405, 'text/plain', 'Only GET is served here.');
    const path = containedPath(root, request.url);
    const bytes = path === null ? null : await readIfThere(path);
    if (path === null || bytes === null) return answer(404, 'text/plain', 'There is no such file.');
    return answer(200, mediaType(path), bytes);
  });
}

async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
    throw error;
  }
}

function answer(status: number, type: string, body: Uint8Array<ArrayBuffer> | string): Response {
  return new Response(body, {
    status,
    headers: {
      'content-type': type,
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    },
  });
}
