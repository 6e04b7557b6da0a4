import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault } from '../contract/fault.ts';
import { UPLOAD_PATH } from '../contract/wire.ts';
import type { Dispatcher } from '../rpc/dispatcher.ts';
import type { OpenStream } from '../rpc/streams.ts';
import { Access, makeSecret, targetOf } from './access.ts';
import { GuestStreams } from './guest-streams.ts';
import { sendFault, sendNotSignedIn, sendText, sendTokenUsed, setHeaders } from './responses.ts';
import { Sockets } from './sockets.ts';
import { serveStatic } from './static-files.ts';
import { serveUpload } from './upload.ts';

const LOOPBACK = '127.0.0.1';

export interface FaceOptions {
  /** 0 or absent: any free port. */
  readonly port?: number | undefined;
  readonly secret?: string | undefined;
  readonly dispatcher: Dispatcher;
  readonly openStream: OpenStream;
  readonly rendererFolder: string;
  readonly imagesFolder: string;
  /** Told of requests that failed by our own mistake. */
  readonly onError: (path: string, error: unknown) => void;
}

/** The browser face: the renderer's files, the contract over WebSocket, guests' streams and uploads, on loopback only. */
export interface Face extends AsyncDisposable {
  readonly port: number;
  readonly secret: string;
  /** A new URL that works once. */
  newUrl(): string;
}

/** Throws 'busy' when the port is taken. */
export async function openFace(options: FaceOptions): Promise<Face> {
  const secret = options.secret ?? makeSecret();
  const server = createServer();
  const port = await listen(server, options.port ?? 0);
  const access = new Access(secret, port);
  const streams = new GuestStreams();
  const { dispatcher, openStream } = options;
  const sockets = new Sockets({ access, dispatcher, openStream, streams });
  // A large image takes as long as it takes; headers still have Node's own limit.
  server.requestTimeout = 0;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(options, access, streams, request, response).catch((error: unknown) => {
      if (response.destroyed || isBrokenOff(error)) return;
      options.onError(request.url ?? '', error);
      if (response.headersSent) response.destroy();
      else sendFault(response, error);
    });
  });
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  return {
    port,
    secret,
    newUrl: () => `http://${LOOPBACK}:${port}/?token=${access.newToken()}`,
    async [Symbol.asyncDispose]() {
      sockets[Symbol.dispose]();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function isBrokenOff(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

async function answer(
  options: FaceOptions,
  access: Access,
  streams: GuestStreams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!access.isOurHost(request)) return sendText(response, 421, 'This is not the name of this server.');
  const { path, query } = targetOf(request);
  const reading = request.method === 'GET' || request.method === 'HEAD';
  if (!reading && !access.isOurOrigin(request)) {
    return sendText(response, 403, 'Only Innkeeper’s own pages may do this.');
  }
  const token = query.get('token');
  if (request.method === 'GET' && path === '/' && token !== null) {
    return exchange(access, token, request, response);
  }
  if (!access.hasCookie(request)) return sendNotSignedIn(response);
  if (request.method === 'GET' && streams.answer(path, response)) return;
  if (reading) return serveStatic(options.rendererFolder, path, request, response);
  if (request.method === 'POST' && path === UPLOAD_PATH) {
    return serveUpload(options.imagesFolder, request, response);
  }
  response.setHeader('Allow', 'GET, HEAD');
  return sendText(response, 405, 'Not here.');
}

/** The one-time token for the cookie; the redirect takes the token out of the address bar and the history. */
function exchange(access: Access, token: string, request: IncomingMessage, response: ServerResponse): void {
  // A browser that only guesses where the person will go must not use the token up.
  const purpose = request.headers['sec-purpose'] ?? request.headers.purpose;
  if (purpose !== undefined) {
    sendText(response, 503, 'Not ahead of time.');
  } else if (!access.redeem(token)) {
    sendTokenUsed(response);
  } else {
    setHeaders(response);
    response.setHeader('Set-Cookie', access.cookie);
    response.writeHead(303, { Location: '/', 'Cache-Control': 'no-store' });
    response.end();
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(port, error)));
    server.listen({ port, host: LOOPBACK }, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function cannotListen(port: number, cause: Error): Fault {
  const code = 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') {
    return new Fault(
      {
        code: 'busy',
        message: `Port ${port} on ${LOOPBACK} is in use by another program.`,
        remedy: 'Choose another with --port, or leave it out to take any free one.',
        path: ['port'],
      },
      { cause },
    );
  }
  if (code === 'EACCES') {
    return new Fault(
      {
        code: 'no-permission',
        message: `You may not listen on port ${port}.`,
        remedy: 'Choose one above 1023 with --port.',
        path: ['port'],
      },
      { cause },
    );
  }
  return Fault.from(cause);
}
