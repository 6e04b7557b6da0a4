/** A message without its header: what a channel's `send` takes. */
export interface Message {
  readonly type: number;
  readonly body: Uint8Array;
}
