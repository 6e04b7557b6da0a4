/** In the guest, as its desktop's user. */
const X = 'export DISPLAY=:0 HOME=/root; ';

/** Succeeds once the window manager shows a window. */
export const desktopIsUp = `${X}(pidof xterm || setsid xterm -e sleep 1000) > /dev/null 2>&1 & xdotool search --onlyvisible --class xterm && pkill xterm`;

/** What the desktop guest does while it is recorded, one after the other. */
export interface Scene {
  readonly name: string;
  /** Shell commands; `before` is recorded too, but not part of the scene. */
  readonly before: string;
  readonly during: string;
}

// Without `sleep` a terminal would close; its text cursor is hidden, so nothing blinks.
const scrolling = String.raw`printf "\033[?25l"
until test -e /run/scroll; do sleep 0.1; done
ls -lR /usr/share /usr/lib | head -n 1500
seq 1 3000
for i in 1 2 3; do cat /etc/adduser.conf /etc/debconf.conf /etc/login.defs; done
touch /run/scrolled
sleep 1000
`;
const colours = String.raw`printf "\033[?25l"; for i in $(seq 1 60); do printf "\033[3$((i % 8));4$((i / 8 % 8))m line $i of a text in many colours \033[0m\n"; done; sleep 1000`;
const video = (pattern: string, size: string, frames: number): string =>
  `gst-launch-1.0 -q videotestsrc pattern=${pattern} num-buffers=${frames} ! video/x-raw,format=BGRx,${size},framerate=30/1 ! ximagesink`;
const visible = 'timeout 60 xdotool search --sync --onlyvisible --class xterm';
const clear = 'pkill xterm; pkill feh; pkill xlogo; pkill xeyes; pkill xcalc; sleep 1; true';
// biome-ignore lint/suspicious/noTemplateCurlyInString: they are the shell's.
const place = '${at%,*} ${at#*,}';
/** A circle of window positions, about as fast as a hand drags. */
const drag = `w=$(xdotool search --class xterm | tail -n 1); for round in 1 2 3; do for at in 40,40 90,60 140,90 190,130 230,180 260,240 280,300 250,280 200,230 150,190 110,140 70,90; do xdotool windowmove $w ${place}; sleep 0.03; done; done`;

const list: readonly Scene[] = [
  {
    name: 'window drag',
    before: `${clear}; feh --bg-fill /root/photo.ppm; setsid xterm -T text -geometry 80x24+40+40 -e '${colours}' > /dev/null 2>&1 & ${visible}; sleep 2`,
    during: `${drag}; sleep 1`,
  },
  {
    name: 'scrolling terminal',
    before: `cat > /run/scrolling <<'END'\n${scrolling}END
rm -f /run/scroll /run/scrolled; ${clear}; xsetroot -solid gray; setsid xterm -T text -geometry 100x44+40+40 -e sh /run/scrolling > /dev/null 2>&1 & ${visible}; sleep 2`,
    during:
      'touch /run/scroll; for i in $(seq 1 300); do test -e /run/scrolled && break; sleep 0.1; done; sleep 1',
  },
  {
    name: 'pictures',
    before: `${clear}; xsetroot -solid black; sleep 1`,
    during:
      'for i in 1 2 3; do feh --bg-fill /root/gradient.ppm; sleep 0.5; feh --bg-fill /root/photo.ppm; sleep 0.5; feh --bg-tile /root/gradient.ppm; sleep 0.5; done; sleep 1',
  },
  {
    name: 'shapes',
    before: `${clear}; feh --bg-fill /root/gradient.ppm; sleep 1`,
    during:
      'for p in "xlogo -geometry 200x200+20+20" "xeyes -geometry 200x150+700+50" "xcalc -geometry +600+300"; do setsid $p > /dev/null 2>&1 & done; sleep 3; timeout 12 x11perf -repeat 1 -time 1 -reps 3 -seg100 -dseg100 -ellipse100 -fcircle100 -ftext -tilerect100 -osrect100 -scroll100 -copypixwin100 -putimage100 -triangle100 > /dev/null 2>&1; sleep 1',
  },
  {
    name: 'video',
    before: `${clear}; xsetroot -solid gray; sleep 1`,
    during: `timeout 25 ${video('smpte', 'width=400,height=300', 240)}; sleep 1`,
  },
  {
    name: 'animated picture',
    before: `${clear}; sleep 1`,
    during: `timeout 20 ${video('zone-plate kx2=20 ky2=20 kt=1', 'width=320,height=240', 150)}; sleep 1`,
  },
  {
    name: 'other resolutions',
    before: `${clear}; feh --bg-fill /root/photo.ppm; sleep 1`,
    during:
      'xrandr -s 800x600; sleep 2; xsetroot -solid green; setsid xterm -T text -geometry 60x10+20+20 > /dev/null 2>&1 & sleep 2; xrandr -s 1280x1024; sleep 2; feh --bg-fill /root/photo.ppm; xrandr -s 1024x768; sleep 2; pkill xterm; sleep 1',
  },
];

export const scenes: readonly Scene[] = list.map(({ name, before, during }) => ({
  name,
  before: X + before,
  during: X + during,
}));
