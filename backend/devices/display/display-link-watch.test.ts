import { expect, test } from 'vitest';
import { DisplayLinkWatch } from './display-link-watch.ts';
import { greeting, headers, message, reply, result } from './testing/spice-bytes.ts';

const DISPLAY = 2;
const INPUTS = 3;
const ACK_SYNC = 1;
const INIT = 101;
const SET_ACK = 3;
const MARK = 103;

interface Sides {
  channel?: number;
  common?: number;
  serverCommon?: number;
  /** Bytes of each piece that the two sides' words come in. */
  piece?: number;
}

/** Both sides have spoken up to the client's ticket. */
function watched({ channel = DISPLAY, common = 0b1011, serverCommon = common, piece = 1e6 }: Sides = {}) {
  const watch = new DisplayLinkWatch();
  const pieces = (bytes: Buffer, take: (chunk: Buffer) => void): void => {
    for (let at = 0; at < bytes.length; at += piece) take(bytes.subarray(at, at + piece));
  };
  const sent = (bytes: Buffer): void => pieces(bytes, (chunk) => watch.sent(chunk));
  const received = (bytes: Buffer): void => pieces(bytes, (chunk) => watch.received(chunk));
  sent(greeting(channel, common));
  received(reply(serverCommon));
  const before = watch.isExposed;
  sent(Buffer.alloc(common & 1 ? 132 : 128));
  return { watch, sent, received, before };
}

for (const [name, form, common, serverCommon] of [
  ['a mini header', 'mini', 0b1011, 0b1011],
  ['a full header, as the server knows no other', 'full', 0b1011, 0b0011],
  ['a full header, as the client knows no other', 'full', 0b0011, 0b1011],
  ['no choice of the login', 'mini', 0b1000, 0b1011],
] as const) {
  for (const piece of [1, 7, 1e6]) {
    test(`a display is exposed from its ticket until the server speaks of its screen: ${name}, pieces of ${piece}`, async () => {
      const { watch, sent, received, before } = watched({ common, serverCommon, piece });
      expect([before, watch.isExposed]).toEqual([false, true]);
      received(result());
      await watch.linked;
      received(message(form, SET_ACK, 8));
      sent(message(form, ACK_SYNC, 4));
      sent(message(form, INIT, 14));
      expect(watch.missingInit()).toBeNull();
      expect(watch.isExposed).toBe(true);
      received(message(form, MARK, 0));
      await watch.safe;
      expect(watch.isExposed).toBe(false);
    });

    test(`INIT that was not said is said once: ${name}, pieces of ${piece}`, () => {
      const { watch, received } = watched({ common, serverCommon, piece });
      // The server has not answered: what is said now it would take for something else.
      expect(watch.missingInit()).toBeNull();
      received(result());
      const said = watch.missingInit() ?? new Uint8Array(0);
      expect(said).toHaveLength(headers[form].bytes + 14);
      expect([...said.subarray(headers[form].typeAt).subarray(0, 6)]).toEqual([INIT, 0, 14, 0, 0, 0]);
      expect(watch.missingInit()).toBeNull();
      expect(watch.isExposed).toBe(true);
    });
  }
}

test('a message that was cut off is filled up first, wherever that was', () => {
  for (let cut = 1; cut < 10; cut += 1) {
    const { watch, sent, received } = watched();
    received(result());
    sent(message('mini', ACK_SYNC, 4).subarray(0, cut));
    const said = Buffer.from(watch.missingInit() ?? []);
    const init = said.length - 20;
    // A size of which no byte has come is none.
    expect(init).toBe(cut < 3 ? 6 - cut : 10 - cut);
    expect(said.readUInt16LE(init)).toBe(INIT);
  }
});

test('an INIT that was cut off is filled up, and no second one said', () => {
  for (let cut = 6; cut < 20; cut += 1) {
    const { watch, sent, received } = watched();
    received(result());
    sent(message('mini', INIT, 14).subarray(0, cut));
    expect(watch.missingInit()).toHaveLength(20 - cut);
    expect(watch.missingInit()).toBeNull();
  }
});

test('only a display that the server lets in is exposed', () => {
  expect(watched({ channel: INPUTS }).watch.isExposed).toBe(false);
  const refused = watched();
  refused.received(result(7));
  expect(refused.watch.isExposed).toBe(false);
  const unknown = new DisplayLinkWatch();
  unknown.sent(greeting(DISPLAY, 0b1011));
  unknown.received(reply(0b1011, 4));
  unknown.sent(Buffer.alloc(132));
  expect(unknown.isExposed).toBe(false);
  const other = new DisplayLinkWatch();
  other.sent(Buffer.from('GET / HTTP/1.1\r\nHost: example\r\n\r\n'));
  other.sent(Buffer.alloc(132));
  expect(other.isExposed).toBe(false);
});

test('when no more comes nobody waits', async () => {
  const { watch } = watched();
  watch.ended();
  await watch.linked;
  await watch.safe;
  expect(watch.isExposed).toBe(false);
});
