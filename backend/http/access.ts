import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** More one-time URLs than this are not kept: the oldest stops working. */
const MAX_TOKENS = 16;

/** A new secret of a face: 32 bytes, base64url (43 characters). */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Who may use a browser face. A random token in the URL works once and is exchanged for a cookie; the cookie is made of the
 * face's secret alone, so that a face opened again after a crash knows its browsers.
 *
 * Browsers send cookies to every port of a host. The name carries the port, so that two faces do not overwrite each
 * other's; it does not keep the cookie from another server on 127.0.0.1 that the person visits.
 */
export class Access {
  readonly #tokens = new Set<string>();
  readonly #cookieName: string;
  readonly #cookieValue: string;
  readonly #hosts: ReadonlySet<string>;

  constructor(secret: string, port: number) {
    this.#cookieName = `innkeeper-${port}`;
    this.#cookieValue = createHmac('sha256', secret)
      .update('innkeeper browser face cookie')
      .digest('base64url');
    this.#hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  }

  newToken(): string {
    const token = randomBytes(32).toString('base64url');
    this.#tokens.add(token);
    for (const oldest of this.#tokens) {
      if (this.#tokens.size <= MAX_TOKENS) break;
      this.#tokens.delete(oldest);
    }
    return token;
  }

  /** True once for each token. */
  redeem(token: string): boolean {
    for (const known of this.#tokens) {
      if (sameText(known, token)) return this.#tokens.delete(known);
    }
    return false;
  }

  /** For Set-Cookie. No Max-Age: it goes with the browser session. */
  get cookie(): string {
    return `${this.#cookieName}=${this.#cookieValue}; HttpOnly; SameSite=Strict; Path=/`;
  }

  hasCookie(request: IncomingMessage): boolean {
    for (const part of (request.headers.cookie ?? '').split(';')) {
      const at = part.indexOf('=');
      if (at === -1 || part.slice(0, at).trim() !== this.#cookieName) continue;
      if (sameText(part.slice(at + 1).trim(), this.#cookieValue)) return true;
    }
    return false;
  }

  /**
   * The name the browser thinks it talks to must be ours: a page of evil.example whose name was made to point at 127.0.0.1
   * (DNS rebinding) still says evil.example here.
   */
  isOurHost(request: IncomingMessage): boolean {
    return request.headers.host !== undefined && this.#hosts.has(request.headers.host.toLowerCase());
  }

  /** For everything that acts: the page that asks must be one of ours. Browsers always send Origin with these. */
  isOurOrigin(request: IncomingMessage): boolean {
    const { origin, host } = request.headers;
    return (
      origin !== undefined && host !== undefined && origin.toLowerCase() === `http://${host.toLowerCase()}`
    );
  }
}

/**
 * What a request asks for, cut as it stands: URL would read `//x` as a host, fold dots away before we see them, and throw.
 */
export function targetOf(request: IncomingMessage): { path: string; query: URLSearchParams } {
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  return { path, query: new URLSearchParams(query) };
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
