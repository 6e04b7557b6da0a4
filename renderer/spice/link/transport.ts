/**
 * A byte stream to the SPICE server. Bytes given to `onData` belong to the receiver: the transport neither changes nor reuses
 * them, and gives plain Uint8Arrays (a Node Buffer's `slice` makes no copy). `onClose` comes once, with null when the other end closed in order. The server speaks only after we did, so
 * the callbacks are set before anything can arrive.
 */
export interface Transport {
  send(bytes: Uint8Array): void;
  close(): void;
  onData: (bytes: Uint8Array) => void;
  onClose: (reason: Error | null) => void;
}
