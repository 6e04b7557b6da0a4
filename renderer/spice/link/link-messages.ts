import { ByteReader } from '../protocol/byte-reader.ts';
import { ByteWriter } from '../protocol/byte-writer.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import type { CapabilityWords } from './capabilities.ts';
import { LinkError } from './link-error.ts';

/** protocol.h: the bytes `REDQ`. */
const MAGIC = 0x51444552;
const VERSION_MAJOR = 2;
const VERSION_MINOR = 2;
/** protocol.h: SpiceLinkHeader and SpiceLinkMess, packed. */
export const LINK_HEADER_BYTES = 16;
const LINK_MESSAGE_BYTES = 18;
/** SPICE_TICKET_PUBKEY_BYTES: a SubjectPublicKeyInfo with a 1024-bit RSA key. */
const PUBLIC_KEY_BYTES = 162;
const LINK_REPLY_BYTES = 4 + PUBLIC_KEY_BYTES + 12;
/** More than any server has capabilities for. */
const MAX_REPLY_BYTES = 4096;

/** SpiceLinkHeader and SpiceLinkMess in one piece. `connectionId` is 0 for the main channel, the session id for the others. */
export function linkRequest(options: {
  readonly connectionId: number;
  readonly type: number;
  readonly id: number;
  readonly common: CapabilityWords;
  readonly own: CapabilityWords;
}): Uint8Array {
  const size = LINK_MESSAGE_BYTES + 4 * (options.common.length + options.own.length);
  const writer = new ByteWriter(LINK_HEADER_BYTES + size)
    .u32(MAGIC)
    .u32(VERSION_MAJOR)
    .u32(VERSION_MINOR)
    .u32(size)
    .u32(options.connectionId)
    .u8(options.type)
    .u8(options.id)
    .u32(options.common.length)
    .u32(options.own.length)
    .u32(LINK_MESSAGE_BYTES);
  for (const word of [...options.common, ...options.own]) writer.u32(word);
  return writer.bytes;
}

/** Reads a SpiceLinkHeader; returns the size of the SpiceLinkReply after it. */
export function readLinkHeader(bytes: Uint8Array): number {
  const reader = new ByteReader(bytes, 'link.header');
  if (reader.u32() !== MAGIC) {
    throw new ProtocolError('link.header', 'what answers is no SPICE server');
  }
  const [major, minor] = [reader.u32(), reader.u32()];
  if (major !== VERSION_MAJOR) {
    throw new LinkError(
      'versionMismatch',
      `The SPICE server speaks version ${major}.${minor} of the protocol; we speak ${VERSION_MAJOR}.${VERSION_MINOR}.`,
    );
  }
  const size = reader.u32();
  if (size < LINK_REPLY_BYTES || size > MAX_REPLY_BYTES) {
    throw new ProtocolError('link.header', `a reply of ${size} bytes`);
  }
  return size;
}

export interface LinkReply {
  /** A link_err number. */
  readonly error: number;
  readonly publicKey: Uint8Array;
  readonly common: CapabilityWords;
  readonly own: CapabilityWords;
}

/** Reads a SpiceLinkReply. */
export function readLinkReply(bytes: Uint8Array): LinkReply {
  const reader = new ByteReader(bytes, 'link.reply');
  const error = reader.u32();
  const publicKey = reader.view(PUBLIC_KEY_BYTES);
  const commonCount = reader.u32();
  const ownCount = reader.u32();
  const offset = reader.u32();
  if (offset > bytes.length) throw new ProtocolError('link.reply', `capabilities at ${offset}`);
  const words = new ByteReader(bytes, 'link.reply', offset);
  words.checkCount(commonCount + ownCount, 4);
  return { error, publicKey, common: readWords(words, commonCount), own: readWords(words, ownCount) };
}

function readWords(reader: ByteReader, count: number): CapabilityWords {
  const words: number[] = [];
  for (let index = 0; index < count; index += 1) words.push(reader.u32());
  return words;
}
