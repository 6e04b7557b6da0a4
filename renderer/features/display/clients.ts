import type { ViewerKind } from '../../stores/settings.ts';
import type { OpenSession } from './guest-session.ts';

/** The SPICE clients a person can choose from; each is fetched when the first display opens with it. */
export const clients = {
  own: async () => (await import('./own/session.ts')).openOwnSession,
  html5: async () => await (await import('./html5/open.ts')).loadHtml5(),
} as const satisfies Record<ViewerKind, () => Promise<OpenSession>>;
