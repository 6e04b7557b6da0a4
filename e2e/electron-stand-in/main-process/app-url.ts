/**
 * Chromium without Electron knows no app: scheme, so inside it the renderer lives at a secure origin that resolves
 * nowhere; everything Electron's API shows to main is translated back.
 */
const WEB = 'https://innkeeper.invalid/';
const APP = 'app://innkeeper/';

export function toWebUrl(url: string): string {
  return url.startsWith(APP) ? WEB + url.slice(APP.length) : url;
}

export function toAppUrl(url: string): string {
  return url.startsWith(WEB) ? APP + url.slice(WEB.length) : url;
}
