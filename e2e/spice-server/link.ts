import { constants, generateKeyPairSync, type KeyObject, privateDecrypt } from 'node:crypto';
import type { ByteSource } from '../../renderer/spice/link/byte-source.ts';
import { capabilityWords, hasCapability } from '../../renderer/spice/link/capabilities.ts';
import { ByteReader } from '../../renderer/spice/protocol/byte-reader.ts';
import { ByteWriter } from '../../renderer/spice/protocol/byte-writer.ts';
import { COMMON_CAP, LINK_ERROR } from '../../renderer/spice/protocol/constants.ts';

/** What a client asked for when it opened a channel (protocol.h, SpiceLinkMess). */
export interface LinkRequest {
  /** 0 on a main channel, the session's id on all others. */
  readonly connectionId: number;
  /** One of CHANNEL. */
  readonly type: number;
  readonly id: number;
  /** Capability words of its own kind of channel. */
  readonly capabilities: readonly number[];
  readonly miniHeader: boolean;
}

/** `error` goes into the reply, `result` after the ticket: link_err numbers, 0 for none. */
export interface LinkAnswer {
  readonly error?: number;
  readonly result?: number;
  /** Capability bits of this kind of channel. */
  readonly capabilities?: readonly number[];
  readonly miniHeader?: boolean;
}

const MAGIC = 0x51444552;
const KEY_BYTES = 162;
const REPLY_BYTES = 4 + KEY_BYTES + 12;
/** A ticket under a key of 1024 bits. */
const TICKET_BYTES = 128;

interface Keys {
  readonly secret: KeyObject;
  readonly shown: Uint8Array;
}

let keys: Keys | undefined;

/** One for all servers of a process: it guards nothing. */
function sharedKeys(): Keys {
  if (keys === undefined) {
    const pair = generateKeyPairSync('rsa', { modulusLength: 1024 });
    keys = { secret: pair.privateKey, shown: pair.publicKey.export({ type: 'spki', format: 'der' }) };
  }
  return keys;
}

/**
 * The server's part of a link: request, reply, ticket, result. Resolves with the request when the channel is open, with null
 * when it was refused. `answer` may never resolve, to keep the client waiting.
 */
export async function acceptLink(
  source: ByteSource,
  send: (bytes: Uint8Array) => void,
  password: string,
  answer: (request: LinkRequest) => Promise<LinkAnswer>,
): Promise<LinkRequest | null> {
  const request = await readRequest(source);
  const { error = LINK_ERROR.ok, result, capabilities = [], miniHeader = true } = await answer(request);
  const { secret, shown } = sharedKeys();
  send(linkReply(error, shown, capabilities, miniHeader));
  if (error !== LINK_ERROR.ok) return null;
  // The client chooses between SPICE's own authentication and SASL.
  await source.read(4);
  const sent = decrypt(secret, await source.read(TICKET_BYTES));
  const rightful = password === '' || sent === password ? LINK_ERROR.ok : LINK_ERROR.permissionDenied;
  const verdict = result ?? rightful;
  send(new ByteWriter(4).u32(verdict).bytes);
  return verdict === LINK_ERROR.ok ? { ...request, miniHeader: miniHeader && request.miniHeader } : null;
}

async function readRequest(source: ByteSource): Promise<LinkRequest> {
  const header = new ByteReader(await source.read(16), 'link.request');
  if (header.u32() !== MAGIC) throw new Error('a client that does not speak SPICE');
  header.u32();
  header.u32();
  const body = await source.read(header.u32());
  const reader = new ByteReader(body, 'link.request');
  const connectionId = reader.u32();
  const type = reader.u8();
  const id = reader.u8();
  const common = reader.u32();
  const own = reader.u32();
  const words = new ByteReader(body, 'link.request', reader.u32());
  const read = (count: number): number[] => Array.from({ length: count }, () => words.u32());
  const miniHeader = hasCapability(read(common), COMMON_CAP.miniHeader);
  return { connectionId, type, id, miniHeader, capabilities: read(own) };
}

function linkReply(
  error: number,
  key: Uint8Array,
  capabilities: readonly number[],
  miniHeader: boolean,
): Uint8Array {
  const common: number[] = [COMMON_CAP.authSelection, COMMON_CAP.authSpice];
  if (miniHeader) common.push(COMMON_CAP.miniHeader);
  const [commonWords, ownWords] = [capabilityWords(common), capabilityWords(capabilities)];
  const size = REPLY_BYTES + 4 * (commonWords.length + ownWords.length);
  const writer = new ByteWriter(16 + size).u32(MAGIC).u32(2).u32(2).u32(size);
  writer.u32(error).put(key).u32(commonWords.length).u32(ownWords.length).u32(REPLY_BYTES);
  for (const word of [...commonWords, ...ownWords]) writer.u32(word);
  return writer.bytes;
}

/** The password; null for bytes that no such key made. */
function decrypt(key: KeyObject, ticket: Uint8Array): string | null {
  try {
    const options = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
    const bytes = privateDecrypt(options, ticket);
    return bytes.toString('utf8', 0, bytes.indexOf(0));
  } catch {
    return null; // The client is told by the result that its ticket is not right.
  }
}
