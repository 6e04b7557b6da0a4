import type { App, Session } from 'electron';
import { START_URL } from '../protocol/app-url.ts';

/**
 * What a page may ask of the browser. `fullscreen`: the guest's screen fills the display.
 * `clipboard-sanitized-write`: "Copy" beside an address or a log line; it cannot read the clipboard.
 */
const allowed: ReadonlySet<string> = new Set(['fullscreen', 'clipboard-sanitized-write']);

/** The renderer is all local: whatever asks for the network, a file or a download gets nothing. */
export function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(allowed.has(permission)));
  session.setPermissionCheckHandler((_contents, permission) => allowed.has(permission));
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
