import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDemoImage } from '../../backend/guests/demo/image.ts';
import { sharedCache } from '../fixtures/places.ts';
import { Guest } from './guest.ts';
import { modes } from './modes.ts';
import { compare, type Row } from './oracles.ts';
import { gradient, photo } from './picture.ts';
import { Viewer } from './viewer.ts';

/** The screen that the kernel sets up on QXL. */
const WIDTH = 1024;
const HEIGHT = 768;
const PICTURE_BYTES = WIDTH * HEIGHT * 4;

const CLEAR = String.raw`printf '\033[0m\033[2J\033[H\033[?25l' > /dev/tty1`;
const COLOURS = String.raw`for a in 0 1 4 7; do for b in 40 41 42 43 44 45 46 47; do
  for f in 30 31 32 33 34 35 36 37 90 91 92 93 94 95 96 97; do printf "\033[0;$a;$f;${'$'}{b}m Ab$f "; done
done; printf '\033[0m\n'; done > /dev/tty1`;

/**
 * The demo machine, booted once: each mode is asked for by the viewer, as spice-gtk's preferred compression is, so that all that is
 * drawn while it looks comes in that mode. Its boot is watched in the server's own mode.
 */
export async function demoRows(report: (row: Row) => void): Promise<void> {
  const { path } = await ensureDemoImage({
    cacheFolder: sharedCache,
    report: (step) => console.error(step),
    signal: new AbortController().signal,
  });
  const folder = await mkdtemp(join(tmpdir(), 'innkeeper-pictures-'));
  try {
    const pictures = join(folder, 'pictures');
    await writeFile(pictures, Buffer.concat([gradient(WIDTH, HEIGHT), photo(WIDTH, HEIGHT)]));
    await using guest = await Guest.start({
      compression: 'auto_glz',
      disks: [path, pictures],
      memoryMib: 512,
    });
    {
      using viewer = await Viewer.connect(guest.spiceSocket, null);
      await guest.until('grep -q 1024,768 /sys/class/graphics/fb0/virtual_size');
      await guest.sh('echo 0 > /sys/class/graphics/fbcon/cursor_blink');
      await guest.sh(CLEAR);
      await guest.sh('dmesg | tail -n 40 > /dev/tty1');
      const options = { leastColours: 2, spiceGtk: true };
      for (const row of await compare(
        guest,
        viewer,
        'demo, watched from BIOS to console',
        'auto_glz',
        options,
      )) {
        report(row);
      }
    }
    for (const mode of modes) {
      using viewer = await Viewer.connect(guest.spiceSocket, mode.asked);
      const scene = async (
        what: string,
        leastColours: number,
        show: () => Promise<unknown>,
      ): Promise<void> => {
        await show();
        const rows = await compare(guest, viewer, what, mode.name, { leastColours, spiceGtk: true });
        for (const row of rows) report(row);
      };
      await guest.sh(CLEAR);
      await scene('demo, text', 2, () => guest.sh('cat /etc/inittab /etc/profile > /dev/tty1'));
      await scene('demo, seq 1 2000 typed', 2, async () => {
        viewer.type('seq 1 2000\n');
        await guest.until('! pidof seq > /dev/null');
        await guest.sh(String.raw`printf '\033[?25l' > /dev/tty1`);
      });
      await scene('demo, colours', 16, () => guest.sh(`${CLEAR}; ${COLOURS}`));
      await scene('demo, gradient', 1000, () => guest.sh(show(0)));
      await scene('demo, photo', 1000, () => guest.sh(show(1)));
      using again = await Viewer.connect(guest.spiceSocket, mode.asked);
      const options = { leastColours: 1000, spiceGtk: false };
      for (const row of await compare(guest, again, 'demo, photo, second viewer', mode.name, options))
        report(row);
      await scene('demo, cleared', 1, () => guest.sh(CLEAR));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function show(index: number): string {
  return `dd if=/dev/vdb of=/dev/fb0 bs=${PICTURE_BYTES} skip=${index} count=1 2> /dev/null`;
}
