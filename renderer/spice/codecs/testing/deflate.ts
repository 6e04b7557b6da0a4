/** A zlib stream of these bytes, made by the engine. */
export async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The same in stored blocks of so many bytes. */
export function store(bytes: Uint8Array, block: number): Uint8Array {
  const out = [0x78, 0x01];
  for (let at = 0; at === 0 || at < bytes.length; at += block) {
    const part = bytes.subarray(at, at + block);
    const last = at + block >= bytes.length;
    out.push(
      Number(last),
      part.length & 255,
      part.length >> 8,
      ~part.length & 255,
      (~part.length >> 8) & 255,
      ...part,
    );
  }
  return Uint8Array.from(out);
}
