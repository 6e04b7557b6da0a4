import { Activity } from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useState } from 'react';
import { text } from '../../i18n/en.ts';
import { bitRate, words as quantity } from '../../i18n/format.ts';
import { whileInSight } from '../../stores/now.ts';
import { useViewerKind } from '../../stores/settings.ts';
import { Popover } from '../../ui/popover.tsx';
import { BarButton } from './bar-button.tsx';
import { FigureWindow, type LatestDrawing, type LatestFigures } from './figure-window.ts';
import type { Viewer, ViewerState } from './viewer.ts';
import { words } from './words.ts';

const EVERY_MS = 1000;
/** Ways of coming over that are told apart; the rest is too little to matter. */
const MOST_SOURCES = 3;

/** Figures of the last seconds, while it is mounted; null where the client does not count. */
function useLatest(viewer: RefObject<Viewer | null>): LatestFigures | null {
  const [latest, setLatest] = useState<LatestFigures | null>(null);
  useEffect(() => {
    const seconds = new FigureWindow();
    let isOver = false;
    const take = async () => {
      const figures = await viewer.current?.session?.figures?.();
      if (isOver || figures === undefined) return;
      const now = seconds.add(figures, performance.now());
      if (now !== null) setLatest(now);
    };
    const takeNow = () => {
      take().catch((ended: unknown) => console.debug('no figures of this session', ended));
    };
    takeNow();
    const stop = whileInSight(EVERY_MS, takeNow);
    return () => {
      isOver = true;
      stop();
    };
  }, [viewer]);
  return latest;
}

type Row = readonly [label: string, value: string | null];

/** 'QUIC 62 %, LZ 30 %, kept here 8 %' */
function mixText(mix: LatestDrawing['mix']): string | null {
  const shown = mix.slice(0, MOST_SOURCES).filter(({ share }) => share >= 0.005);
  if (shown.length === 0) return null;
  return shown.map(({ source, share }) => `${words.sources[source]} ${Math.round(share * 100)} %`).join(', ');
}

function drawingRows(latest: LatestDrawing | null): readonly Row[] {
  const { video = null, drawing = null, answers = null } = latest ?? {};
  return [
    [words.images, latest === null ? null : mixText(latest.mix)],
    [
      words.video,
      video === null ? null : words.videoRate(Math.round(video.shown), Math.round(video.skipped)),
    ],
    [words.drawing, drawing === null ? null : words.times(drawing.median, drawing.p95)],
    [words.answer, answers === null ? null : words.times(answers.median, answers.p95)],
  ];
}

interface StatusListProps {
  readonly viewer: RefObject<Viewer | null>;
  readonly state: ViewerState;
  /** Device pixels per guest pixel. */
  readonly scale: number | null;
}

function StatusList({ viewer, state, scale }: StatusListProps): ReactNode {
  const latest = useLatest(viewer);
  const kind = useViewerKind();
  const rows: readonly Row[] = [
    [words.viewer, text.settings.viewers[kind]],
    [words.resolution, state.size === null ? null : `${state.size.width} × ${state.size.height}`],
    [words.scale, scale === null ? null : `${Math.round(scale * 100)} %`],
    [words.mouse, words.mouseModes[state.pointer]],
    [words.frames, latest === null ? null : `${Math.round(latest.framesPerSecond)} ${words.framesUnit}`],
    [words.traffic, latest === null ? null : quantity(bitRate(latest.bytesPerSecond))],
    ...(kind === 'own' ? drawingRows(latest?.drawing ?? null) : []),
  ];
  return (
    <dl className="display-status">
      {rows.map(([label, value]) => (
        <div key={label} className="display-status-row">
          <dt>{label}</dt>
          <dd>{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  );
}

interface StatusProps extends StatusListProps {
  readonly name: string;
  readonly isNarrow: boolean;
}

/** How the screen comes over, in the floating bar. */
export function DisplayStatus({ name, isNarrow, ...list }: StatusProps): ReactNode {
  return (
    <Popover
      title={words.statusOf(name)}
      placement="top"
      width={340}
      trigger={<BarButton label={words.status} icon={<Activity className="icon" />} isNarrow={isNarrow} />}
    >
      <StatusList {...list} />
    </Popover>
  );
}
