// The whole app in Chromium as one of the clients whose latency is measured: page, Worker and back end, as a person has them.
// What is asked of it from outside is only the time at which it calls the browser's own functions.
import { type Browser, chromium, type Page, type Worker } from '@playwright/test';
import { findChromium } from '../e2e/fixtures/find-chromium.ts';
import { canvasHost } from '../e2e/journeys/screen.ts';
import { KEYS, type LatencyClient, type Sight } from './spice-latency-clients.ts';

const LIVE_MS = 60_000;
/** A change is asked for only this much later than others have seen it: asking takes time of the Worker. */
const ASK_AFTER_MS = 60;

/** Times since the epoch as performance has them, by what happened; the last of each. */
type Marks = Partial<Record<'pressed' | 'handed' | 'sent' | 'received' | 'painted', number>>;

interface Marking {
  marks: Marks;
}

/** Milliseconds of each leg of one key press and what it changed. */
export interface Legs {
  /** From the event's own time until the page has given it to the Worker. */
  readonly page: number;
  /** Until the Worker gives the message to its WebSocket. */
  readonly out: number;
  /** Until the Worker has the server's bytes: the back end twice, QEMU, the guest. */
  readonly guest: number;
  /** Until the changed rectangle is on the OffscreenCanvas. */
  readonly paint: number;
}

export interface AppClient extends LatencyClient {
  readonly page: Page;
  /** Of the key press before; null when it was another client's. */
  legs(): Legs | null;
}

/** Opens that machine's screen in Innkeeper's own viewer. */
export async function appClient(url: string, machine: string): Promise<AppClient> {
  const browser = await chromium.launch({
    executablePath: findChromium(process.env),
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--disable-gpu', '--disable-background-networking'],
  });
  try {
    return await openApp(browser, url, machine);
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function openApp(browser: Browser, url: string, machine: string): Promise<AppClient> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(markPage);
  await page.addInitScript(keepGuestSize);
  await page.goto(url);
  await page.getByText(machine, { exact: true }).first().click();
  await page.getByRole('tab', { name: 'Display' }).click();
  const host = page.locator(canvasHost);
  await page.locator(`${canvasHost}[data-phase="live"]`).waitFor({ timeout: LIVE_MS });
  const [worker] = page.workers();
  if (worker === undefined) throw new Error('the viewer draws without a Worker');
  await worker.evaluate(markWorker);
  await host.focus();

  const toMonotonic = await monotonicOffset(page);
  let last: { marks: Marks; isOurs: boolean } = { marks: {}, isOurs: false };
  return {
    name: 'app in Chromium',
    page,
    watch: async () => {
      await Promise.all([page.evaluate(forget), worker.evaluate(forget)]);
    },
    press: async () => {
      await page.keyboard.down(KEYS.app);
      const { pressed } = await page.evaluate(marksSoFar);
      if (pressed === undefined) throw new Error('the key did not come to the page');
      return pressed + toMonotonic;
    },
    release: () => page.keyboard.up(KEYS.app),
    sight: async () => {
      const painted = await firstPaint(worker);
      const marks = { ...(await page.evaluate(marksSoFar)), ...(await worker.evaluate(marksSoFar)) };
      last = { marks, isOurs: marks.pressed !== undefined };
      const sight: Sight = {
        received: (marks.received ?? Number.NaN) + toMonotonic,
        shown: painted + toMonotonic,
      };
      return sight;
    },
    legs: () => (last.isOurs ? legsOf(last.marks) : null),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

function legsOf(marks: Marks): Legs {
  const { pressed = NaN, handed = NaN, sent = NaN, received = NaN, painted = NaN } = marks;
  return { page: handed - pressed, out: sent - handed, guest: received - sent, paint: painted - received };
}

async function firstPaint(worker: Worker): Promise<number> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, ASK_AFTER_MS));
    const { painted } = await worker.evaluate(marksSoFar);
    if (painted !== undefined) return painted;
  }
}

/** What makes CLOCK_MONOTONIC, ms, of the page's time since the epoch: Chromium tells when the page began in both. */
async function monotonicOffset(page: Page): Promise<number> {
  const tools = await page.context().newCDPSession(page);
  await tools.send('Performance.enable');
  const { metrics } = await tools.send('Performance.getMetrics');
  const began = metrics.find(({ name }) => name === 'NavigationStart')?.value;
  if (began === undefined) throw new Error('Chromium does not tell when the page began');
  await tools.detach();
  return began * 1000 - (await page.evaluate(() => performance.timeOrigin));
}

// What follows runs in the browser, each function by itself.

function marksSoFar(): Marks {
  return (globalThis as unknown as Marking).marks;
}

function forget(): void {
  (globalThis as unknown as Marking).marks = {};
}

/** A guest that follows the window sets its screen up anew while the first keys are pressed. */
function keepGuestSize(): void {
  localStorage.setItem('innkeeper.display.follow', 'off');
}

function markPage(): void {
  const marking = globalThis as unknown as Marking;
  marking.marks = {};
  const now = (): number => performance.timeOrigin + performance.now();
  addEventListener(
    'keydown',
    ({ timeStamp }) => {
      marking.marks.pressed ??= performance.timeOrigin + timeStamp;
    },
    { capture: true },
  );
  const post = MessagePort.prototype.postMessage as (message: unknown, rest: unknown) => void;
  MessagePort.prototype.postMessage = function (this: MessagePort, message: unknown, rest: unknown) {
    const { hand } = (message ?? {}) as { hand?: { kind: string } };
    if (hand?.kind === 'keyDown') marking.marks.handed ??= now();
    post.call(this, message, rest);
  } as typeof MessagePort.prototype.postMessage;
}

function markWorker(): void {
  const marking = globalThis as unknown as Marking;
  marking.marks = {};
  const now = (): number => performance.timeOrigin + performance.now();
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    marking.marks.sent ??= now();
    send.call(this, data);
  };
  // The sockets have their listeners by now, which ask for this as soon as something has come.
  const data = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'data');
  Object.defineProperty(MessageEvent.prototype, 'data', {
    configurable: true,
    get(this: MessageEvent) {
      const value: unknown = data?.get?.call(this);
      if (value instanceof ArrayBuffer) marking.marks.received ??= now();
      return value;
    },
  });
  // A busy channel's bytes come as the body of a GET (backend/contract/streams.ts).
  const { read } = ReadableStreamDefaultReader.prototype;
  ReadableStreamDefaultReader.prototype.read = async function (this: ReadableStreamDefaultReader) {
    const result = await read.call(this);
    if (!result.done) marking.marks.received ??= now();
    return result;
  };
  const { putImageData } = OffscreenCanvasRenderingContext2D.prototype;
  OffscreenCanvasRenderingContext2D.prototype.putImageData = function (
    this: OffscreenCanvasRenderingContext2D,
    ...words: unknown[]
  ) {
    (putImageData as (...words: unknown[]) => void).apply(this, words);
    marking.marks.painted ??= now();
  } as typeof putImageData;
}
