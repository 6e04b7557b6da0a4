import type { Page } from 'playwright';
import type { RequestInput, RequestName, RequestOutput } from '../../backend/contract/requests.ts';

/** What the page keeps of a request port that a test opened. */
interface TestPort {
  closed: boolean;
  ask(method: string, params: unknown): Promise<unknown>;
}
type TestWindow = Window & {
  innkeeperTestPort?: TestPort;
  innkeeper: { connect(token: string): Promise<void> };
};

/** Opens a request port of the test's own in the page, as the renderer does, and says hello on it. */
export async function openPort(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const test = window as unknown as TestWindow;
    const token = crypto.randomUUID();
    const arrived = new Promise<MessagePort>((resolve) => {
      window.addEventListener('message', ({ data, ports, source }) => {
        if (source === window && data?.type === 'innkeeper:port' && data.token === token && ports[0])
          resolve(ports[0]);
      });
    });
    await test.innkeeper.connect(token);
    const port = await arrived;
    let lastId = 0;
    const waiting = new Map<number, PromiseWithResolvers<unknown>>();
    const mine: TestPort = {
      closed: false,
      ask(method, params) {
        const answer = Promise.withResolvers<unknown>();
        waiting.set(++lastId, answer);
        port.postMessage({ jsonrpc: '2.0', id: lastId, method, params });
        return answer.promise;
      },
    };
    port.addEventListener('message', ({ data }) => {
      const answer = waiting.get(data.id);
      waiting.delete(data.id);
      if ('error' in data) answer?.reject(new Error(JSON.stringify(data.error)));
      else answer?.resolve(data.result);
    });
    port.addEventListener('close', () => {
      mine.closed = true;
      for (const answer of waiting.values()) answer.reject(new Error('the port closed'));
    });
    port.start();
    test.innkeeperTestPort = mine;
  });
  await ask(page, 'session.hello', { contractVersion: 1 });
}

export async function ask<N extends RequestName>(
  page: Page,
  method: N,
  params: RequestInput<N>,
): Promise<RequestOutput<N>> {
  const result: unknown = await page.evaluate(
    ([name, input]) => (window as unknown as TestWindow).innkeeperTestPort?.ask(name, input),
    [method, params] as const,
  );
  return result as RequestOutput<N>;
}

export async function isPortClosed(page: Page): Promise<boolean> {
  return await page.evaluate(() => (window as unknown as TestWindow).innkeeperTestPort?.closed === true);
}
