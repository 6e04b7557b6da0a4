/**
 * The Content-Security-Policy of every face that shows the renderer (CSP Level 3). 'self' covers the browser face's
 * WebSocket too: since CSP3 §6.7.2.8 it matches ws: on the page's own host and port.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
