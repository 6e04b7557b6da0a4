/** Up to this size the buffer is kept for the next image; a larger one is the collector's. In bytes. */
const keptBytes = 16 * 1024 * 1024;

let kept = new Uint8Array(0);

/**
 * A buffer for one decoder's intermediate bytes, with whatever the last one left in it. There is one at a time: whoever holds
 * it is done with it before it calls another decoder that asks for one.
 */
export function scratchBytes(size: number): Uint8Array {
  if (size > keptBytes) return new Uint8Array(size);
  if (kept.length < size) kept = new Uint8Array(size);
  return kept.subarray(0, size);
}
