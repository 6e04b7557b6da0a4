import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { contentSecurityPolicy } from '../contract/csp.ts';
import { Fault, type FaultCode } from '../contract/fault.ts';

/** On every answer. 'self' in connect-src covers ws: of the same host and port (CSP3 §6.7.2.8). */
const securityHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), usb=()',
};

export function setHeaders(response: ServerResponse, policy = contentSecurityPolicy): void {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  response.setHeader('Content-Security-Policy', policy);
}

const PAGE_STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto 0;padding:0 1.5rem;color-scheme:light dark}code{font-size:.95em}';
const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'`;

/** A page of words only, for a person who cannot go on here. `text` is ours and may hold markup. */
export function sendPage(response: ServerResponse, status: number, title: string, text: string): void {
  setHeaders(response, PAGE_POLICY);
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><style>${PAGE_STYLE}</style><h1>${title}</h1><p>${text}</p></html>`,
  );
}

const HOW_TO_GET_IN =
  'Get a new address with <code>innkeeper serve</code> or <code>npm start</code>, and open it in this browser.';

export function sendTokenUsed(response: ServerResponse): void {
  sendPage(
    response,
    403,
    'This address was used already',
    `An Innkeeper address opens only once. ${HOW_TO_GET_IN}`,
  );
}

export function sendNotSignedIn(response: ServerResponse): void {
  sendPage(
    response,
    401,
    'Innkeeper does not know this browser',
    `Only the browser that opened Innkeeper’s one-time address may use it. ${HOW_TO_GET_IN}`,
  );
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  setHeaders(response);
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${text}\n`);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  setHeaders(response);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}

const statusOf: Partial<Record<FaultCode, number>> = {
  'bad-input': 400,
  'no-permission': 403,
  'not-found': 404,
  'no-space': 507,
};

/** `{"error": FaultShape}` */
export function sendFault(response: ServerResponse, thrown: unknown): void {
  const fault = Fault.from(thrown);
  sendJson(response, statusOf[fault.code] ?? 500, { error: fault.toShape() });
}
