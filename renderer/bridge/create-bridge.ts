import type { Bridge } from './bridge.ts';
import { createMessagePortBridge } from './message-port-bridge.ts';
import { createWebSocketBridge } from './websocket-bridge.ts';

/** The preload is there under Electron only. */
export function createBridge(): Bridge {
  const desktop = window.innkeeper;
  return desktop === undefined ? createWebSocketBridge() : createMessagePortBridge(desktop);
}
