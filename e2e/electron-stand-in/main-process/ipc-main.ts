import { EventEmitter } from 'node:events';
import { strict } from './strict.ts';

export interface StandInFrame {
  readonly url: string;
  readonly parent: StandInFrame | null;
}
export interface InvokeEvent {
  readonly type: 'frame';
  readonly sender: unknown;
  readonly senderFrame: StandInFrame | null;
}
type Handler = (event: InvokeEvent, ...args: unknown[]) => unknown;

const handlers = new Map<string, Handler>();

class IpcMain extends EventEmitter {
  handle(channel: string, handler: Handler): void {
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    handlers.set(channel, handler);
  }
}

export const ipcMain = strict('ipcMain', new IpcMain());

export async function invokeHandler(
  channel: string,
  event: InvokeEvent,
  args: readonly unknown[],
): Promise<unknown> {
  const handler = handlers.get(channel);
  if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
  return await handler(event, ...args);
}
