import { useSyncExternalStore } from 'react';
import { type ConnectionStatus, useBridge } from '../bridge/bridge.ts';

export function useConnection(): ConnectionStatus {
  const { connection } = useBridge();
  return useSyncExternalStore(connection.subscribe, connection.get);
}

/** False while what the stores hold may be old: draw it, mark it, and let nothing be changed. */
export function useIsLive(): boolean {
  return useConnection().phase === 'connected';
}
