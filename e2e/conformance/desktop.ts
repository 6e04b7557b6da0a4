import { resolveFolders } from '../../backend/store/paths.ts';
import { ensureDesktopImage } from './desktop-image.ts';
import { Guest } from './guest.ts';
import { modes } from './modes.ts';
import { compare, type Row } from './oracles.ts';
import { Viewer } from './viewer.ts';

/** In the guest, as its desktop's user. */
const X = 'export DISPLAY=:0 HOME=/root; ';

/** Xorg on QXL with a window manager: what it draws while our viewer looks, in each mode. */
export async function desktopRows(report: (row: Row) => void): Promise<void> {
  const image = await ensureDesktopImage(resolveFolders().cache);
  await using guest = await Guest.start({
    compression: 'auto_glz',
    disks: [image.disk],
    memoryMib: 1024,
    boot: {
      kernel: image.kernel,
      initrd: image.initrd,
      commandLine: 'root=/dev/vda rw quiet net.ifnames=0',
    },
  });
  await guest.until('test -e /run/desktop-is-up');
  for (const mode of modes) {
    using viewer = await Viewer.connect(guest.spiceSocket, mode.asked);
    const scene = async (what: string, leastColours: number, show: string): Promise<void> => {
      await guest.sh(X + show);
      const rows = await compare(guest, viewer, `desktop, ${what}`, mode.name, {
        leastColours,
        spiceGtk: true,
      });
      for (const row of rows) report(row);
    };
    await scene('empty', 1, 'xrandr --output Virtual-0 --mode 1024x768 || xrandr -s 1024x768; sleep 1');
    // Without `sleep` in the terminal the window would be gone; its text cursor is hidden, so nothing blinks.
    const text = String.raw`seq 1 600; printf "\033[?25l\033[1;31mred \033[44mblue\033[0m"; sleep 1000`;
    await scene(
      'terminal with scrolled text',
      3,
      `setsid xterm -geometry 80x24+100+100 -e '${text}' > /dev/null 2>&1 & xdotool search --sync --onlyvisible --class xterm; sleep 3`,
    );
    await scene(
      'window moved about',
      3,
      'w=$(xdotool search --class xterm | tail -n 1); for i in 1 2 3 4 5 6 7 8; do xdotool windowmove $w $((i * 50)) $((i * 30)); done; sleep 1',
    );
    await scene(
      'programs that draw shapes',
      3,
      'for p in "xlogo -geometry 200x200+20+20" "xeyes -geometry 200x150+700+50" "xcalc -geometry +600+300"; do setsid $p > /dev/null 2>&1 & done; sleep 4',
    );
    // What it reaches in the time differs; that the picture is right must not.
    await scene(
      'x11perf: lines, arcs, text, tiles, scrolls',
      3,
      'timeout 25 x11perf -repeat 1 -time 1 -reps 5 -seg100 -dseg100 -ellipse100 -fcircle100 -ftext -tilerect100 -osrect100 -scroll100 -copypixwin100 -putimage100 -triangle100 > /dev/null 2>&1; sleep 1',
    );
    await scene('another resolution', 3, 'xrandr -s 1280x1024 || xrandr -s 800x600; sleep 2');
    await guest.sh(`${X}for p in xterm xlogo xeyes xcalc; do pkill $p; done; sleep 1; true`);
  }
}
