import { setTimeout as delay } from 'node:timers/promises';
import { resolveFolders } from '../../backend/store/paths.ts';
import { ensureDesktopImage } from '../desktop-guest/image.ts';
import { Guest } from './guest.ts';
import { modes } from './modes.ts';
import type { Row } from './oracles.ts';
import { coloursOf, differing, type Picture } from './picture.ts';
import { ReferenceClient } from './reference/reference-client.ts';
import { Viewer } from './viewer.ts';

/** In the guest, as its desktop's user. */
const X = 'export DISPLAY=:0 HOME=/root; ';
/** What was freed too early can still be in the picture after one time. */
const REDRAWINGS = 3;
/** Much, for a guest in software on a busy computer. */
const SCENE_MS = 300_000;
const REST_MS = 500;
const REST_WITHIN_MS = 60_000;

interface Scene {
  readonly what: string;
  /** Fewer mean that the scene did not show. */
  readonly leastColours: number;
  readonly show: string;
}

// The text cursor is hidden, so nothing blinks; without `sleep` the terminal would be gone.
const text = String.raw`seq 1 600; printf "\033[?25l\033[1;31mred \033[44mblue\033[0m"; sleep 1000`;
const leaveNothing = 'for p in xterm xlogo xeyes xcalc feh gst-launch-1.0; do pkill $p; done; sleep 1; ';
const background = '> /dev/null 2>&1 &';

const scenes: readonly Scene[] = [
  { what: 'empty', leastColours: 1, show: 'xrandr --output Virtual-1 --mode 1024x768; sleep 1' },
  {
    what: 'terminal with scrolled text',
    leastColours: 3,
    show: `setsid xterm -geometry 80x24+100+100 -e '${text}' ${background} for i in $(seq 100); do xdotool search --onlyvisible --class xterm && break; sleep 0.3; done; sleep 3`,
  },
  {
    what: 'window moved about',
    leastColours: 3,
    show: 'w=$(xdotool search --class xterm | tail -n 1); for i in 1 2 3 4 5 6 7 8; do xdotool windowmove $w $((i * 50)) $((i * 30)); done; sleep 1',
  },
  {
    what: 'photo and gradient',
    leastColours: 200,
    show: `setsid feh -g 640x480+20+40 /root/photo.ppm ${background} setsid feh -g 512x384+480+350 /root/gradient.ppm ${background} sleep 4`,
  },
  {
    what: 'window moved over the photo',
    leastColours: 200,
    show: 'w=$(xdotool search --class xterm | tail -n 1); xdotool windowraise $w; for i in 8 7 6 5 4 3 2 1; do xdotool windowmove $w $((i * 50)) $((i * 30)); done; sleep 1',
  },
  {
    what: 'video, stopped at its last picture',
    leastColours: 8,
    show: 'timeout 30 gst-launch-1.0 -q videotestsrc num-buffers=90 pattern=ball ! video/x-raw,width=320,height=240,framerate=30/1 ! videoconvert ! ximagesink > /dev/null 2>&1; sleep 1',
  },
  {
    what: 'programs that draw shapes',
    leastColours: 3,
    show: `${leaveNothing}for p in "xlogo -geometry 200x200+20+20" "xeyes -geometry 200x150+700+50" "xcalc -geometry +600+300"; do setsid $p ${background} done; sleep 4`,
  },
  {
    // What it reaches in the time differs; that the picture is right must not.
    what: 'x11perf: lines, arcs, text, tiles, scrolls',
    leastColours: 3,
    show: 'timeout 25 x11perf -repeat 1 -time 1 -reps 5 -seg100 -dseg100 -ellipse100 -fcircle100 -ftext -tilerect100 -osrect100 -scroll100 -copypixwin100 -putimage100 -triangle100 > /dev/null 2>&1; sleep 1',
  },
  ...['1280x1024', '1024x768', '1920x1080', '800x600'].map((mode) => ({
    what: `another resolution, ${mode}`,
    leastColours: 3,
    show: `xrandr --output Virtual-1 --mode ${mode}; sleep 1`,
  })),
];

/**
 * Xorg on QXL with a window manager: what it draws while our viewer and spice-gtk look, both from the start, in each mode.
 * Then the guest draws its screen anew (xrefresh) and QEMU's own picture is compared too. Before that it need not agree with what
 * any client was sent: at a change of resolution the guest's driver gives memory back that the server still reads (seen as strips
 * of other windows in either picture).
 */
export async function desktopRows(report: (row: Row) => void): Promise<void> {
  const image = await ensureDesktopImage(resolveFolders().cache);
  await using guest = await Guest.start({
    compression: 'auto_glz',
    disks: [image.disk],
    memoryMib: 1024,
    boot: image,
  });
  await guest.until('test -e /run/desktop-is-up');
  for (const mode of modes) {
    using viewer = await Viewer.connect(guest.spiceSocket, mode.asked);
    await using reference = await ReferenceClient.connect(guest.spiceSocket, { compression: mode.asked });
    for (const { what, leastColours, show } of scenes) {
      const row = { what: `desktop, ${what}`, mode: mode.name };
      await guest.sh(X + show, SCENE_MS);
      const rest = await atRest(guest, viewer, reference);
      const shows = rest !== null && coloursOf(rest.ours, leastColours) >= leastColours;
      const spiceGtk = { ...row, oracle: 'spice-gtk', drawn: viewer.takeCounts() };
      if (!shows) {
        const note =
          rest === null ? 'the guest’s screen never came to rest' : 'the guest does not show the scene';
        report({ ...spiceGtk, differing: null, note });
        continue;
      }
      report({ ...spiceGtk, differing: differing(rest.ours, rest.spiceGtk) });
      const screendump = { ...row, oracle: 'screendump' };
      let count: number | null = null;
      for (let time = 1; count !== 0 && time <= REDRAWINGS; time += 1) {
        await guest.sh(`${X}xrefresh; sleep 1`);
        const anew = await atRest(guest, viewer, reference);
        count = anew === null ? null : differing(anew.ours, anew.screendump);
      }
      const drawn = viewer.takeCounts();
      if (count === null)
        report({ ...screendump, drawn, differing: null, note: 'the screen never came to rest' });
      else report({ ...screendump, drawn, differing: count });
    }
    await guest.sh(`${X}${leaveNothing}true`);
  }
}

interface Pictures {
  readonly ours: Picture;
  readonly spiceGtk: Picture;
  readonly screendump: Picture;
}

/** The three pictures once none of them changes any more, equal or not; null when they never come to rest. */
async function atRest(guest: Guest, viewer: Viewer, reference: ReferenceClient): Promise<Pictures | null> {
  const take = async (): Promise<Pictures> => ({
    screendump: await guest.dump(),
    spiceGtk: await reference.picture(),
    ours: viewer.picture(),
  });
  const deadline = performance.now() + REST_WITHIN_MS;
  let before = await take();
  for (let restSince = performance.now(); performance.now() - restSince < REST_MS; ) {
    if (performance.now() > deadline) return null;
    await delay(100);
    const now = await take();
    if (
      differing(before.ours, now.ours) +
        differing(before.spiceGtk, now.spiceGtk) +
        differing(before.screendump, now.screendump) >
      0
    ) {
      restSince = performance.now();
    }
    before = now;
  }
  return before;
}
