import type { BrowserContext, Frame, Page, Request, Route } from 'playwright';
import { toAppUrl } from './app-url.ts';
import { isBlocked, registered } from './session.ts';

export interface Navigation {
  readonly url: string;
  readonly isMainFrame: boolean;
}

/** Every request of the page: main's schemes answer their own, its webRequest listener is asked, nothing reaches a network. */
export async function serveNetwork(
  context: BrowserContext,
  page: Page,
  mayNavigate: (navigation: Navigation) => boolean,
): Promise<void> {
  await context.route('**/*', async (route) => {
    const request = route.request();
    const url = toAppUrl(request.url());
    if (request.isNavigationRequest()) {
      const frame = frameOf(request);
      // Of a second window: it fails to load, and web-contents.ts asks main what is to become of it.
      if (frame?.page() !== page) return route.abort('blockedbyclient');
      if (!mayNavigate({ url, isMainFrame: frame === page.mainFrame() })) return route.abort('aborted');
    }
    if (await isBlocked(url)) return route.abort('blockedbyclient');
    const handler = registered.protocols.get(new URL(url).protocol.slice(0, -1));
    if (handler === undefined) return route.abort('namenotresolved');
    return answer(
      route,
      await handler(new globalThis.Request(url, { method: request.method(), headers: request.headers() })),
    );
  });
}

/** Null for the first navigation of a window that is only being opened: Playwright has no frame for it yet. */
function frameOf(request: Request): Frame | null {
  try {
    return request.frame();
  } catch (error) {
    if (String(error).includes('before the frame is created')) return null;
    throw error;
  }
}

async function answer(route: Route, response: Response): Promise<void> {
  await route.fulfill({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  });
}
