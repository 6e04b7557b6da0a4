import { checkImageSize } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';

/** For error messages. */
export const quicName = 'quic';
export const quicMagic = 0x43495551;
export const quicHeaderBytes = 20;
/** By number on the wire. */
export const quicKinds = [null, 'gray', 'rgb16', 'rgb24', 'rgb32', 'rgba'] as const;
export type QuicKind = Exclude<(typeof quicKinds)[number], null>;

export interface QuicHeader {
  readonly kind: QuicKind;
  readonly width: number;
  readonly height: number;
}

/** Reads the size; throws when it is out of bounds or more than so few bytes can hold. */
export function readQuicHeader(source: Uint8Array): QuicHeader {
  if (source.length < quicHeaderBytes)
    throw new ProtocolError(quicName, 'the data end before the header does');
  const view = new DataView(source.buffer, source.byteOffset, quicHeaderBytes);
  const magic = view.getUint32(0, true);
  const version = view.getUint32(4, true);
  if (magic !== quicMagic || version !== 0)
    throw new ProtocolError(quicName, 'the data are not QUIC version 0');
  const kind = quicKinds[view.getUint32(8, true)];
  if (kind === null || kind === undefined) {
    throw new ProtocolError(quicName, `there is no image kind ${view.getUint32(8, true)}`);
  }
  const width = view.getUint32(12, true);
  const height = view.getUint32(16, true);
  checkImageSize(quicName, width, height);
  // A pixel takes a bit a channel at the least. A run takes one too, and cannot begin before the fourth.
  const channels = kind === 'gray' ? 1 : kind === 'rgba' ? 4 : 3;
  const runs = width > 3 ? (kind === 'rgba' ? 2 : 1) : 0;
  const bitsPerRow = channels * Math.min(width, 3) + runs;
  if (bitsPerRow * height > (source.length - quicHeaderBytes) * 8) {
    throw new ProtocolError(quicName, `${source.length} bytes cannot hold ${width} × ${height} pixels`);
  }
  return { kind, width, height };
}
