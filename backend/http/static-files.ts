import { createReadStream } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sendPage, sendText, setHeaders } from './responses.ts';

const mimeTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/** Names with a hash of their content never change what they hold. The build puts those here. */
const HASHED = '/assets/';

/**
 * The file of `folder` that a URL path names, or null where there is none. `/` is index.html. Never outside `folder`,
 * by dots, by encoded slashes or by symbolic links.
 */
export async function findStaticFile(folder: string, urlPath: string): Promise<string | null> {
  let path: string;
  try {
    path = decodeURIComponent(urlPath);
  } catch {
    return null; // A malformed escape names no file.
  }
  if (!path.startsWith('/') || path.includes('\0') || path.includes('\\')) return null;
  if (path.split('/').some((part) => part === '..' || part.startsWith('.'))) return null;
  try {
    const root = await realpath(folder);
    const found = await realpath(join(root, path === '/' ? 'index.html' : path));
    return found.startsWith(root + sep) ? found : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP';
}

/** Answers a GET or HEAD for one of the renderer's files. */
export async function serveStatic(
  folder: string,
  urlPath: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = await findStaticFile(folder, urlPath);
  const type = path === null ? undefined : mimeTypes[extname(path).toLowerCase()];
  if (path === null || type === undefined) {
    if (urlPath === '/') {
      sendPage(
        response,
        503,
        'The screens are not built',
        'Innkeeper runs, but its screens are missing. Build them with <code>npm start</code>.',
      );
    } else sendText(response, 404, 'Not found.');
    return;
  }
  await using file = await open(path, 'r');
  const facts = await file.stat();
  if (!facts.isFile()) {
    sendText(response, 404, 'Not found.');
    return;
  }
  const etag = `"${facts.size.toString(36)}-${Math.trunc(facts.mtimeMs).toString(36)}"`;
  setHeaders(response);
  response.setHeader('ETag', etag);
  response.setHeader(
    'Cache-Control',
    urlPath.startsWith(HASHED) ? 'private, max-age=31536000, immutable' : 'private, no-cache',
  );
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': facts.size });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await pipeline(
    createReadStream(path, { fd: file, autoClose: false, end: Math.max(0, facts.size - 1) }),
    response,
  );
}
