import { navigate } from '../stores/route.ts';

/** Shows a machine's screen over the whole screen. Called from a click or a key, so that the browser allows it. */
export function showFullScreen(machine: string): void {
  navigate({ page: 'machine', id: machine, tab: 'display' });
  import('../features/display/full-screen.ts')
    .then(({ enterFullScreen }) => enterFullScreen())
    .catch((thrown: unknown) => console.error('the display could not be loaded', thrown));
}
