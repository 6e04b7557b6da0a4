import type { FaultShape } from '../../backend/contract/fault.ts';

/** What `ipcRenderer.invoke` resolves to. Electron would turn a thrown Fault into a bare message. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: FaultShape };
