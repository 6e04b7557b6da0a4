import { Fault } from '../contract/fault.ts';
import type { Dispatcher } from '../rpc/dispatcher.ts';
import type { Log } from '../rpc/log.ts';
import type { OpenStream } from '../rpc/streams.ts';
import type { Folders } from '../store/paths.ts';
import { type Face, openFace } from './face.ts';
import { imagesFolder, removeLeftovers } from './upload.ts';

export interface FacesOptions {
  readonly dispatcher: Dispatcher;
  readonly openStream: OpenStream;
  readonly rendererFolder: string;
  readonly folders: Folders;
  readonly log: Log;
}

/** `face.open` and `face.url`: each connection may hold one browser face open, which goes with the connection. */
export function registerFaces(options: FacesOptions): AsyncDisposable {
  const { dispatcher, log } = options;
  const images = imagesFolder(options.folders.data);
  const faces = new Map<number, Promise<Face>>();
  const cleaned = removeLeftovers(images);

  const close = async (connection: number): Promise<void> => {
    const face = faces.get(connection);
    faces.delete(connection);
    await (await face)?.[Symbol.asyncDispose]();
  };

  dispatcher.register('face.open', async ({ port, secret }, { connection }) => {
    if (faces.has(connection.id)) {
      throw new Fault({
        code: 'illegal-move',
        message: 'This connection has a browser face open already.',
        remedy: 'Ask for another address of it with face.url.',
      });
    }
    const opening = cleaned.then(() =>
      openFace({
        port,
        secret,
        dispatcher,
        openStream: options.openStream,
        rendererFolder: options.rendererFolder,
        imagesFolder: images,
        onError: (path, error) => log('error', 'the browser face failed', { path, error: String(error) }),
      }),
    );
    faces.set(connection.id, opening);
    try {
      const face = await opening;
      if (connection.closed.aborted) await close(connection.id);
      else
        connection.closed.addEventListener('abort', () => {
          close(connection.id).catch((error: unknown) =>
            log('error', 'a browser face did not close', { error: String(error) }),
          );
        });
      return { url: face.newUrl(), port: face.port, secret: face.secret };
    } catch (error) {
      faces.delete(connection.id);
      throw error;
    }
  });

  dispatcher.register('face.url', async (_input, { connection }) => {
    const face = await faces.get(connection.id);
    if (face === undefined) {
      throw new Fault({
        code: 'illegal-move',
        message: 'This connection has no browser face open.',
        remedy: 'Open one with face.open.',
      });
    }
    return { url: face.newUrl() };
  });

  return {
    async [Symbol.asyncDispose]() {
      await Promise.all([...faces.keys()].map(close));
    },
  };
}
