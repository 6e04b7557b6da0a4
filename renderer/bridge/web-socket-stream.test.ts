import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type WebSocket as Socket, WebSocketServer } from 'ws';
import { STREAM_BODY_PATH, STREAM_BODY_PROTOCOL, STREAM_PROTOCOL } from '../../backend/contract/streams.ts';
import { webSocketStream } from './web-socket-stream.ts';

const PATH = `${STREAM_BODY_PATH}/once`;
let server: Server;
let url: string;
let connected: Promise<[Socket]>;
let asked: Promise<[IncomingMessage, ServerResponse]>;

beforeEach(async () => {
  server = createServer();
  const sockets = new WebSocketServer({ server });
  connected = once(sockets, 'connection') as typeof connected;
  asked = once(server, 'request') as typeof asked;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/stream/spice/a`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function listen(takesBody = true) {
  const heard: Buffer[] = [];
  const closed = Promise.withResolvers<string>();
  const stream = webSocketStream(url, { takesBody });
  stream.onData = (bytes) => heard.push(Buffer.from(bytes));
  stream.onClose = (reason) => closed.resolve(reason);
  return { stream, heard: () => Buffer.concat(heard).toString(), closed: closed.promise };
}

test('what the server sends as a body follows the messages, to its end', async () => {
  const { stream, heard, closed } = listen();
  stream.send(Buffer.from('early'));
  const [socket] = await connected;
  expect(socket.protocol).toBe(STREAM_BODY_PROTOCOL);
  expect(String((await once(socket, 'message'))[0])).toBe('early');
  socket.send(Buffer.from('one '));
  socket.send(PATH);
  const [request, response] = await asked;
  expect(request.url).toBe(PATH);
  response.write('two ');
  await expect.poll(heard).toBe('one two ');
  // The two connections end in whatever order.
  socket.close();
  await once(socket, 'close');
  response.end('three');
  expect(await closed).toBe('');
  expect(heard()).toBe('one two three');
});

test('a body that is not given any more is none', async () => {
  const { heard, closed } = listen();
  const [socket] = await connected;
  socket.send(PATH);
  const [, response] = await asked;
  response.writeHead(404).end('no such thing');
  socket.send(Buffer.from('as ever'));
  await expect.poll(heard).toBe('as ever');
  socket.close();
  expect(await closed).toBe('');
});

test('a body that breaks off is not an orderly end', async () => {
  const { heard, closed } = listen();
  const [socket] = await connected;
  socket.send(PATH);
  const [, response] = await asked;
  response.write('half');
  await expect.poll(heard).toBe('half');
  response.destroy();
  expect(await closed).toBe('The connection ended.');
});

test('closing ends the body too', async () => {
  const { stream, heard, closed } = listen();
  const [socket] = await connected;
  socket.send(PATH);
  const [, response] = await asked;
  response.write('half');
  await expect.poll(heard).toBe('half');
  stream.close();
  expect(await closed).toBe('');
  await expect.poll(() => response.destroyed).toBe(true);
});

test('who takes no body is not given one, and hears no texts', async () => {
  const { heard, closed } = listen(false);
  const [socket] = await connected;
  expect(socket.protocol).toBe(STREAM_PROTOCOL);
  socket.send(PATH);
  socket.send(Buffer.from('bytes'));
  await expect.poll(heard).toBe('bytes');
  socket.close();
  expect(await closed).toBe('');
});
