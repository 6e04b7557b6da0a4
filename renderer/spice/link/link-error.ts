import { LINK_ERROR } from '../protocol/constants.ts';

export type LinkErrorKind = keyof typeof LINK_ERROR | 'timeout' | 'lost' | 'unsupported' | 'migrating';

const WORDS: Readonly<Record<keyof typeof LINK_ERROR, string>> = {
  ok: 'The SPICE server ended the connection in order.',
  error: 'The SPICE server gave up without a reason.',
  invalidMagic: 'The SPICE server did not recognise our greeting.',
  invalidData: 'The SPICE server found our greeting malformed.',
  versionMismatch: 'The SPICE server speaks another version of the protocol.',
  needSecured: 'The SPICE server takes this channel only over TLS.',
  needUnsecured: 'The SPICE server takes this channel only without TLS.',
  permissionDenied: 'The SPICE server refused the password, or it has expired.',
  badConnectionId: 'The SPICE server no longer knows this session.',
  channelNotAvailable: 'The SPICE server does not have this channel, or another viewer has it.',
};

/** The connection could not be made or did not last, for a reason other than malformed bytes. The message is for a person. */
export class LinkError extends Error {
  readonly kind: LinkErrorKind;

  constructor(kind: LinkErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LinkError';
    this.kind = kind;
  }
}

/** A link_err number of the server's, in words. */
export function linkErrorOf(code: number): LinkError {
  for (const [kind, number] of Object.entries(LINK_ERROR) as [keyof typeof LINK_ERROR, number][]) {
    if (number === code) return new LinkError(kind, WORDS[kind]);
  }
  return new LinkError('error', `The SPICE server gave up with the unknown reason ${code}.`);
}
