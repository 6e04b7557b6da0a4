/** The renderer's address inside Electron. A scheme of its own: no file can pretend to be it and it can read no file. */
export const APP_SCHEME = 'app';
export const APP_HOST = 'innkeeper';
export const START_URL = `${APP_SCHEME}://${APP_HOST}/index.html`;

/** Whether a URL is one of the renderer's own. Node gives app: URLs the origin `null`, so scheme and host are compared. */
export function isAppUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host, username, password } = new URL(url);
  return protocol === `${APP_SCHEME}:` && host === APP_HOST && username === '' && password === '';
}
