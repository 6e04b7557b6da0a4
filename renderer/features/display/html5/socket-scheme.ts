import type { ByteStream } from '../../../bridge/bridge.ts';
import { StreamSocket } from './stream-socket.ts';

/**
 * spice-html5 opens `new WebSocket(uri)` for every channel. While a viewer lives, `WebSocket` answers our own URIs with
 * a byte stream and passes every other URI on untouched; when the last viewer is gone it is the browser's again.
 */
const SCHEME = 'innkeeper-spice:';

const openers = new Map<string, () => ByteStream>();
let browsers: typeof WebSocket | null = null;
let serial = 0;

export interface ServedUri extends Disposable {
  readonly uri: string;
}

/** A URI that a `WebSocket` can be made of until it is disposed of; each one opens a stream of its own. */
export function serveUri(open: () => ByteStream): ServedUri {
  serial += 1;
  const uri = `${SCHEME}${serial}`;
  openers.set(uri, open);
  if (browsers === null) {
    browsers = globalThis.WebSocket;
    globalThis.WebSocket = new Proxy(browsers, { construct: constructSocket });
  }
  return {
    uri,
    [Symbol.dispose]() {
      openers.delete(uri);
      if (openers.size > 0 || browsers === null) return;
      globalThis.WebSocket = browsers;
      browsers = null;
    },
  };
}

function constructSocket(target: typeof WebSocket, parameters: unknown[], newTarget: unknown): object {
  const uri = String(parameters[0]);
  if (uri.startsWith(SCHEME)) {
    const open = openers.get(uri);
    if (open === undefined) throw new DOMException(`The viewer of ${uri} is closed`, 'InvalidStateError');
    return new StreamSocket(uri, open());
  }
  return Reflect.construct(target, parameters, typeof newTarget === 'function' ? newTarget : target);
}
