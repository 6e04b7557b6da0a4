import { ByteReader } from '../protocol/byte-reader.ts';
import { u32Body } from '../protocol/client-messages.ts';
import { COMMON_CAP, LINK_ERROR } from '../protocol/constants.ts';
import type { ByteSource } from './byte-source.ts';
import { type CapabilityWords, capabilityWords, hasCapability } from './capabilities.ts';
import { LinkError, linkErrorOf } from './link-error.ts';
import { LINK_HEADER_BYTES, linkRequest, readLinkHeader, readLinkReply } from './link-messages.ts';
import type { HeaderForm } from './message-assembler.ts';
import { encryptTicket } from './ticket.ts';

export interface LinkOptions {
  /** One of CHANNEL. */
  readonly type: number;
  readonly id: number;
  /** 0 for the main channel, the session id for the others. */
  readonly connectionId: number;
  /** Empty where the server asks for none. */
  readonly password: string;
  /** Capability bits of this channel type. */
  readonly capabilities: readonly number[];
}

export interface Link {
  readonly headerForm: HeaderForm;
  /** The server's capabilities for this channel type. */
  readonly capabilities: CapabilityWords;
}

/**
 * Makes a fresh connection into a channel (protocol.h, SpiceLinkHeader to SpiceLinkEncryptedTicket, then a link_err).
 * Throws a LinkError when the server refuses, a ProtocolError when its bytes make no sense.
 */
export async function shakeHands(
  send: (bytes: Uint8Array) => void,
  source: ByteSource,
  options: LinkOptions,
): Promise<Link> {
  const common = capabilityWords([COMMON_CAP.authSelection, COMMON_CAP.authSpice, COMMON_CAP.miniHeader]);
  send(linkRequest({ ...options, common, own: capabilityWords(options.capabilities) }));
  const size = readLinkHeader(await source.read(LINK_HEADER_BYTES));
  const reply = readLinkReply(await source.read(size));
  if (reply.error !== LINK_ERROR.ok) throw linkErrorOf(reply.error);
  if (hasCapability(reply.common, COMMON_CAP.authSelection)) {
    if (!hasCapability(reply.common, COMMON_CAP.authSpice)) {
      throw new LinkError('unsupported', 'The SPICE server asks for a SASL login, which this viewer lacks.');
    }
    send(u32Body(COMMON_CAP.authSpice));
  }
  send(await encryptTicket(reply.publicKey, options.password));
  const result = new ByteReader(await source.read(4), 'link.result').u32();
  if (result !== LINK_ERROR.ok) throw linkErrorOf(result);
  return {
    headerForm: hasCapability(reply.common, COMMON_CAP.miniHeader) ? 'mini' : 'full',
    capabilities: reply.own,
  };
}
