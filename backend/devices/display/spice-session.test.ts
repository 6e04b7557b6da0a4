import { expect, test, vi } from 'vitest';
import { DisplayChannel, displayCapabilities } from '../../../renderer/spice/channels/display.ts';
import { SharedImages } from '../../../renderer/spice/images/shared-images.ts';
import { type ImageCompression, KEY_MODIFIER } from '../../../renderer/spice/protocol/constants.ts';
import { type SessionHost, SpiceSession } from '../../../renderer/spice/session.ts';
import { noEvents, noVideo } from './spice-screen.ts';
import { transportOver } from './spice-transport.ts';
import { TinyGuest } from './testing/tiny-guest.ts';

/** A session with a guest, and what its host hears. */
async function open(guest: TinyGuest, options: { password?: string; compression?: ImageCompression } = {}) {
  const heard = {
    mouseModes: [] as string[],
    names: [] as (string | null)[],
    cursors: 0,
    modifiers: [] as number[],
    closed: [] as (Error | null)[],
  };
  const host: SessionHost = {
    openTransport: async () => transportOver(await guest.connect()),
    mouseMode: (mode) => heard.mouseModes.push(mode),
    agent: () => undefined,
    agentData: () => undefined,
    cursor: () => {
      heard.cursors += 1;
    },
    modifiers: (flags) => heard.modifiers.push(flags),
    guest: ({ name }) => heard.names.push(name),
    notice: () => undefined,
    closed: (error) => heard.closed.push(error),
  };
  const images = new SharedImages(() => Promise.reject(new Error('no JPEG was asked for')));
  const session = await SpiceSession.connect(host, {
    ...(options.password === undefined ? {} : { password: options.password }),
    display: {
      capabilities: displayCapabilities([]),
      create: (sender, serials) =>
        new DisplayChannel(sender, {
          images,
          serials,
          compression: options.compression,
          events: noEvents,
          video: noVideo,
        }),
    },
  });
  return { session, heard };
}

/** Waits until the guest's pattern is on the screen and ours is QEMU's, pixel for pixel. */
async function expectSamePicture(guest: TinyGuest, session: SpiceSession<DisplayChannel>): Promise<void> {
  await vi.waitFor(
    async () => {
      const { width, height, rgb } = await guest.dump();
      expect(new Set(rgb).size).toBeGreaterThan(20);
      const surface = session.display?.primary;
      if (surface === undefined || surface === null) throw new Error('no surface yet');
      expect([surface.width, surface.height]).toEqual([width, height]);
      let different = 0;
      for (let index = 0; index < width * height; index += 1) {
        const [red = 0, green = 0, blue = 0] = rgb.subarray(index * 3, index * 3 + 3);
        const pixel = (surface.data[index] ?? 0) & 0xffffff;
        if (pixel !== (red | (green << 8) | (blue << 16))) different += 1;
      }
      expect(different).toBe(0);
    },
    { timeout: 20_000, interval: 200 },
  );
}

test('a session with a real guest: its picture, typed keys, a server that dies', async () => {
  await using guest = await TinyGuest.start();
  const { session, heard } = await open(guest);
  expect(heard.mouseModes[0]).toBe('server');
  expect(heard.names.at(-1)).toMatch(/QEMU/);
  await expectSamePicture(guest, session);
  await vi.waitFor(() => expect(heard.cursors).toBeGreaterThan(0), { timeout: 10_000 });

  const { inputs } = session;
  if (inputs === null) throw new Error('no inputs channel');
  // i, n, then Shift+n: scancodes of set 1.
  for (const key of [0x17, 0x31]) {
    inputs.keyDown(key);
    inputs.keyUp(key);
  }
  inputs.keyDown(0x2a);
  inputs.keyDown(0x31);
  inputs.keyUp(0x31);
  inputs.keyUp(0x2a);
  await vi.waitFor(async () => expect(await guest.typed()).toBe('inN'), { timeout: 10_000 });
  inputs.setModifiers(KEY_MODIFIER.capsLock);
  await vi.waitFor(() => expect(heard.modifiers.at(-1)).toBe(KEY_MODIFIER.capsLock), { timeout: 10_000 });

  guest.kill();
  await vi.waitFor(() => expect(heard.closed).toHaveLength(1), { timeout: 10_000 });
  await expect(open(guest)).rejects.toThrow();
});

test.each(['quic', 'lz', 'glz', 'lz4'] as const)(
  'the same picture compressed with %s',
  async (compression) => {
    await using guest = await TinyGuest.start();
    const { session, heard } = await open(guest, { compression });
    await expectSamePicture(guest, session);
    session.close();
    expect(heard.closed).toEqual([null]);
  },
);

test('a password: the right one, a wrong one, none', async () => {
  await using guest = await TinyGuest.start({ password: 'open sesame' });
  const { session } = await open(guest, { password: 'open sesame' });
  await expectSamePicture(guest, session);
  session.close();
  const refused = { kind: 'permissionDenied', message: expect.stringContaining('password') };
  await expect(open(guest, { password: 'open barley' })).rejects.toMatchObject(refused);
  await expect(open(guest)).rejects.toMatchObject(refused);
});
