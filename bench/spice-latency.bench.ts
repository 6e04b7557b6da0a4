import { setTimeout as delay } from 'node:timers/promises';
import { machineRuntime } from '../backend/store/paths.ts';
import { DesktopMachine } from '../e2e/desktop-guest/machine.ts';
import { Home } from '../e2e/fixtures/home.ts';
import { serve } from '../e2e/journeys/serve.ts';
import { median, note, report } from './report.ts';
import { appClient, type Legs } from './spice-latency-app.ts';
import { coreClient, gtkClient, type LatencyClient, type Sight } from './spice-latency-clients.ts';

/**
 * From a key press to the changed pixel, ours against spice-gtk on one guest that all look at, pressing in turns. spice-gtk's time
 * ends when its widget is told to draw, the core's when its painter is told, the app's when the changed rectangle is on the
 * canvas: after each of these the window system's next frame shows it.
 *
 * The guest is the desktop with a terminal that echoes what is typed: X draws a letter as soon as it is told. The demo machine's
 * console does not do: the kernel's QXL driver collects what changed on it and tells of that 20 times a second. The terminal's
 * cursor is hidden, so nothing else changes.
 *
 * INNKEEPER_BENCH_ROUNDS (100): key presses of each client.
 */
const ROUNDS = Number(process.env.INNKEEPER_BENCH_ROUNDS ?? 100);
const WARM_UP = 5;
const ANSWER_WITHIN_MS = 10_000;
/** While the guest warms up, when a key that went nowhere is not waited for. */
const WARM_UP_ANSWER_WITHIN_MS = 3_000;
/** The guest rests this long between two key presses, and by chance longer, so that no clock is met at always the same time. */
const REST_MS = 60;
const REST_MORE_MS = 50;

// Line by line a terminal takes 4,095 characters, and echoes no more of a line that does not end.
const terminal = String.raw`printf "\033[?25l"; stty -icanon; cat > /dev/null`;
const openTerminal = `setsid xterm -geometry 80x24+100+100 -e '${terminal}' > /dev/null 2>&1 &`;
const focusTerminal =
  'w=$(xdotool search --onlyvisible --class xterm | tail -n 1); [ -n "$w" ] && xdotool windowfocus --sync $w && [ "$(xdotool getwindowfocus)" = "$w" ] && pgrep -x cat > /dev/null && echo focused; true';
/** The first start of the window manager, which maps the terminal's window, takes its time in software. */
const TERMINAL_WITHIN_MS = 180_000;

/** A key press changed nothing that some client saw. */
class Unseen extends Error {}

interface Press {
  readonly by: LatencyClient;
  readonly at: number;
  readonly sights: ReadonlyMap<LatencyClient, Sight>;
  readonly legs: Legs | null;
}

// spice-server's own switch for several clients at a time (reds.cpp); the back end and QEMU inherit it.
await using home = await Home.open({ env: { SPICE_DEBUG_ALLOW_MC: '1' } });
const guest = await DesktopMachine.start(home);
await guest.sh(openTerminal);
await terminalIsFocused();
note('the desktop is up');
const { id } = await home.show(guest.name);
const { spice } = machineRuntime(home.folders, id);
await using face = await serve(home);
await using gtk = await gtkClient(spice);
await using core = await coreClient(spice);
await using app = await appClient(face.url, guest.name);
const clients = [app, gtk, core] as const;
await warmUp();

const presses: Press[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  for (const client of clients) presses.push(await pressOnce(client, ANSWER_WITHIN_MS));
}
reportOwn('app in Chromium', app);
reportOwn('core in Node', core);
reportSame('app in Chromium', app);
reportSame('core in Node', core);
report({
  what: 'after the bytes have arrived, until painted: app in Chromium',
  ours: median(presses.map(({ sights }) => afterArrival(sights.get(app)))),
  peer: median(presses.map(({ sights }) => afterArrival(sights.get(core)))),
  unit: 'ms',
  peerName: 'our core, until drawn',
});
noteLegs();

async function terminalIsFocused(): Promise<void> {
  const deadline = performance.now() + TERMINAL_WITHIN_MS;
  while ((await guest.sh(focusTerminal)) !== 'focused') {
    if (performance.now() > deadline) throw new Error('the guest shows no terminal');
    await delay(500);
  }
}

/** In its first seconds the desktop may take the keyboard from the terminal once more, and then keys change nothing. */
async function warmUp(): Promise<void> {
  const deadline = performance.now() + TERMINAL_WITHIN_MS;
  for (let round = 0; round < WARM_UP; ) {
    await terminalIsFocused();
    try {
      for (const client of clients) await pressOnce(client, WARM_UP_ANSWER_WITHIN_MS);
      round += 1;
    } catch (error) {
      if (!(error instanceof Unseen) || performance.now() > deadline) throw error;
      note(`${error.message}; the terminal gets the keyboard again`);
      round = 0;
    }
  }
}

async function pressOnce(by: LatencyClient, withinMs: number): Promise<Press> {
  await Promise.all(clients.map((client) => client.watch()));
  const at = await by.press();
  const sights = await sightsWithin(withinMs, by).finally(() => by.release());
  const legs = by === app ? app.legs() : null;
  await delay(REST_MS + Math.random() * REST_MORE_MS);
  return { by, at, sights, legs };
}

/** What every client saw. Throws Unseen when one saw nothing in that time. */
async function sightsWithin(ms: number, by: LatencyClient): Promise<ReadonlyMap<LatencyClient, Sight>> {
  const sights = new Map<LatencyClient, Sight>();
  const all = Promise.all(clients.map(async (client) => sights.set(client, await client.sight())));
  const stop = new AbortController();
  const late = delay(ms, null, { signal: stop.signal });
  try {
    if ((await Promise.race([all, late])) !== null) return sights;
  } finally {
    stop.abort();
  }
  const blind = clients.filter((client) => !sights.has(client));
  throw new Unseen(
    `a key press of ${by.name} changed nothing for ${blind.map(({ name }) => name).join(' and ')}`,
  );
}

function afterArrival(sight: Sight | undefined): number {
  return sight === undefined ? Number.NaN : sight.shown - sight.received;
}

/** Each client's own key presses, as it saw them itself. */
function ownTimes(client: LatencyClient): number[] {
  return presses
    .filter(({ by }) => by === client)
    .map(({ at, sights }) => (sights.get(client)?.shown ?? Number.NaN) - at);
}

function reportOwn(name: string, client: LatencyClient): void {
  const [ours, peers] = [ownTimes(client), ownTimes(gtk)];
  const row = { unit: 'ms', peerName: gtk.name };
  report({
    what: `key to changed pixel, ${name}: median`,
    ours: median(ours),
    peer: median(peers),
    ...row,
    aim: '≤ spice-gtk + 10 ms',
  });
  report({ what: `key to changed pixel, ${name}: p95`, ours: p95(ours), peer: p95(peers), ...row });
}

/** What a press of anyone's changed: how much later than spice-gtk this one shows it. */
function reportSame(name: string, client: LatencyClient): void {
  const later = presses.map(
    ({ sights }) => (sights.get(client)?.shown ?? Number.NaN) - (sights.get(gtk)?.shown ?? Number.NaN),
  );
  report({
    what: `the same change, later than spice-gtk, ${name}: median`,
    ours: median(later),
    peer: null,
    unit: 'ms',
  });
  report({
    what: `the same change, later than spice-gtk, ${name}: p95`,
    ours: p95(later),
    peer: null,
    unit: 'ms',
  });
}

function noteLegs(): void {
  const legs = presses.flatMap((press) => (press.legs === null ? [] : [press.legs]));
  const words = (['page', 'out', 'guest', 'paint'] as const).map((leg) => {
    const times = legs.map((one) => one[leg]);
    return `${leg} ${median(times).toFixed(2)} (p95 ${p95(times).toFixed(2)})`;
  });
  note(`app’s legs, ms: ${words.join(' · ')}`);
}

function p95(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? Number.NaN;
}
