import type { OpenSession } from '../guest-session.ts';
import { loadSpice } from './load.ts';
import { SpiceSession } from './session.ts';

/** spice-html5, fetched and patched. */
export async function loadHtml5(): Promise<OpenSession> {
  const library = await loadSpice();
  return (screen, streams, listener) => new SpiceSession(library, screen, () => streams.open(), listener);
}
