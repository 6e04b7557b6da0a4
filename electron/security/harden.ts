import type { App, Session } from 'electron';
import { isAppUrl, START_URL } from '../protocol/app-url.ts';

/**
 * What a page may ask of the browser. `fullscreen`: the guest's screen fills the display.
 * `clipboard-sanitized-write`: "Copy" beside an address or a log line, and what was copied in a guest.
 */
const allowed: ReadonlySet<string> = new Set(['fullscreen', 'clipboard-sanitized-write']);
/**
 * What only our own page may. `clipboard-read`: a guest gets the person's clipboard when they say so, each guest by a switch of
 * its own that is off at first. `pointerLock`: a guest without a tablet takes movements, after a click, until Ctrl+Alt.
 * `keyboardLock`: in full screen the guest gets the desktop's own keys too.
 */
const allowedToUs: ReadonlySet<string> = new Set(['clipboard-read', 'pointerLock', 'keyboardLock']);

function isAllowed(permission: string, address: string): boolean {
  return allowed.has(permission) || (allowedToUs.has(permission) && isAppUrl(address));
}

/** The renderer is all local: whatever asks for the network, a file or a download gets nothing. */
export function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(isAllowed(permission, requestingUrl)),
  );
  session.setPermissionCheckHandler((_contents, permission, origin) => isAllowed(permission, origin));
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}));
  session.webRequest.onBeforeRequest(
    { urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file:///*'] },
    (_details, answer) => answer({ cancel: true }),
  );
  session.on('will-download', (event) => event.preventDefault());
}

/** No page leaves the renderer, opens another window or embeds one, whichever way it was created. */
export function hardenContents(app: App): void {
  app.on('web-contents-created', (_created, contents) => {
    // Fires for every frame; the one address allowed is the page itself, so that a reload works.
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame || event.url !== START_URL) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}
