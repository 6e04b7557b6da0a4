import { expect, test } from 'vitest';
import { portStream } from '../../../bridge/port-stream.ts';
import type { ToWorker } from './messages.ts';
import { openPort } from './open-port.ts';

/** What the back end hears on its end of a port until that is closed. */
function heardOn(port: MessagePort): Promise<unknown[]> {
  const heard: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<unknown[]>();
  port.addEventListener('message', ({ data }) => heard.push(data));
  port.addEventListener('close', () => resolve(heard));
  port.start();
  return promise;
}

function posts(): { readonly posted: ToWorker[]; post(message: ToWorker): void } {
  const posted: ToWorker[] = [];
  return { posted, post: (message) => void posted.push(message) };
}

test('a port goes to the Worker, a fault in its place', async () => {
  const { port1 } = new MessageChannel();
  const { posted, post } = posts();
  await openPort(
    1,
    () => Promise.resolve(port1),
    () => false,
    (message, transfer) => {
      expect(transfer).toEqual(message.kind === 'port' ? [port1] : undefined);
      post(message);
    },
  );
  await openPort(
    2,
    () => Promise.reject(new Error('no back end')),
    () => false,
    post,
  );
  expect(posted).toMatchObject([
    { kind: 'port', stream: 1 },
    { kind: 'noPort', stream: 2 },
  ]);
  port1.close();
});

test('a port that comes when the session is over ends as a stream that is closed does', async () => {
  const { port1, port2 } = new MessageChannel();
  const heard = heardOn(port2);
  const { posted, post } = posts();
  let isOver = false;
  const { promise, resolve } = Promise.withResolvers<MessagePort>();
  const opening = openPort(
    1,
    () => promise,
    () => isOver,
    post,
  );
  isOver = true;
  resolve(port1);
  await opening;
  const closed = new MessageChannel();
  const half = portStream();
  const alike = heardOn(closed.port2);
  half.opened(closed.port1);
  half.stream.close();
  expect(await heard).toEqual(await alike);
  expect(posted).toEqual([]);
});

test('nobody is told that a port could not be had when the session is over', async () => {
  const { posted, post } = posts();
  await openPort(
    1,
    () => Promise.reject(new Error('no back end')),
    () => true,
    post,
  );
  expect(posted).toEqual([]);
});
