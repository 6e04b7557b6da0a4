import { EventEmitter } from 'node:events';
import type { UtilityMessage } from './messages.ts';

/** Loaded with --import into the child process that stands in for a utility process: gives it `process.parentPort`. */

function send(message: UtilityMessage): void {
  if (process.connected) process.send?.(message);
}

/** MessagePortMain as a utility process sees it: nothing is delivered before start(). */
class RemotePort extends EventEmitter {
  readonly #id: number;
  #started = false;
  #closed = false;
  #waiting: unknown[] = [];
  #closedByPeer = false;

  constructor(id: number) {
    super();
    this.#id = id;
  }

  postMessage(data: unknown): void {
    if (!this.#closed) send({ type: 'port-data', port: this.#id, data });
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    for (const data of this.#waiting.splice(0)) this.emit('message', { data, ports: [] });
    if (this.#closedByPeer) this.emit('close');
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    ports.delete(this.#id);
    send({ type: 'port-closed', port: this.#id });
  }

  receive(data: unknown): void {
    if (this.#started) this.emit('message', { data, ports: [] });
    else this.#waiting.push(data);
  }

  peerClosed(): void {
    this.#closedByPeer = true;
    ports.delete(this.#id);
    if (this.#started) this.emit('close');
  }
}

const ports = new Map<number, RemotePort>();
const early: { data: unknown; ports: RemotePort[] }[] = [];

class ParentPort extends EventEmitter {
  postMessage(data: unknown): void {
    send({ type: 'message', data, ports: [] });
  }
}

const parentPort = new ParentPort();
// As Electron does: messages wait for the first listener.
parentPort.on('newListener', (name) => {
  if (name !== 'message') return;
  queueMicrotask(() => {
    for (const event of early.splice(0)) parentPort.emit('message', event);
  });
});

process.on('message', (message: UtilityMessage) => {
  switch (message.type) {
    case 'message': {
      const arrived = message.ports.map((id) => {
        const port = new RemotePort(id);
        ports.set(id, port);
        return port;
      });
      const event = { data: message.data, ports: arrived };
      if (parentPort.listenerCount('message') > 0) parentPort.emit('message', event);
      else early.push(event);
      break;
    }
    case 'port-data':
      ports.get(message.port)?.receive(message.data);
      break;
    case 'port-closed':
      ports.get(message.port)?.peerClosed();
      break;
  }
});
// A utility process ends with Electron's main process.
process.on('disconnect', () => process.exit(0));

Object.defineProperty(process, 'parentPort', { value: parentPort });
