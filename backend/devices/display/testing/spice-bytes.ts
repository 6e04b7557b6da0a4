import type { HeaderForm } from '../../../../renderer/spice/link/message-assembler.ts';

/** Where a header has the type; the size follows. */
export const headers = {
  mini: { bytes: 6, typeAt: 0 },
  full: { bytes: 18, typeAt: 8 },
} as const satisfies Record<HeaderForm, object>;

/** SpiceLinkHeader and SpiceLinkMess with one word of common capabilities. */
export function greeting(channel: number, common: number): Buffer {
  const bytes = Buffer.alloc(16 + 22);
  bytes.write('REDQ', 0, 'latin1');
  bytes.writeUInt32LE(22, 12);
  bytes.writeUInt8(channel, 20);
  bytes.writeUInt32LE(1, 22);
  bytes.writeUInt32LE(18, 30);
  bytes.writeUInt32LE(common, 34);
  return bytes;
}

/** SpiceLinkHeader and SpiceLinkReply with one word of common capabilities. */
export function reply(common: number, error = 0): Buffer {
  const bytes = Buffer.alloc(16 + 182);
  bytes.write('REDQ', 0, 'latin1');
  bytes.writeUInt32LE(182, 12);
  bytes.writeUInt32LE(error, 16);
  bytes.writeUInt32LE(1, 16 + 166);
  bytes.writeUInt32LE(178, 16 + 174);
  bytes.writeUInt32LE(common, 16 + 178);
  return bytes;
}

/** The server's answer to the ticket. */
export function result(error = 0): Buffer {
  return words(error);
}

export function message(form: HeaderForm, type: number, body: Uint8Array | number = 0): Buffer {
  const header = headers[form];
  const bodyBytes = typeof body === 'number' ? Buffer.alloc(body) : body;
  const bytes = Buffer.alloc(header.bytes + bodyBytes.length);
  bytes.writeUInt16LE(type, header.typeAt);
  bytes.writeUInt32LE(bodyBytes.length, header.typeAt + 2);
  bytes.set(bodyBytes, header.bytes);
  return bytes;
}

export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}
