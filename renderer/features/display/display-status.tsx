import { type ReactNode, type RefObject, useEffect, useState } from 'react';
import { text } from '../../i18n/en.ts';
import { bitRate, words as quantity } from '../../i18n/format.ts';
import { useViewerKind } from '../../stores/settings.ts';
import { Button } from '../../ui/button.tsx';
import { Popover } from '../../ui/popover.tsx';
import type { SessionFigures } from './guest-session.ts';
import type { Viewer, ViewerState } from './viewer.ts';
import { words } from './words.ts';

const EVERY_MS = 1000;

interface Rates {
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Figures of the last second, while it is mounted; null where the client does not count. */
function useRates(viewer: RefObject<Viewer | null>): Rates | null {
  const [rates, setRates] = useState<Rates | null>(null);
  useEffect(() => {
    let last: { readonly figures: SessionFigures; readonly at: number } | null = null;
    let isOver = false;
    const take = async () => {
      const figures = await viewer.current?.session?.figures?.();
      if (isOver || figures === undefined) return;
      const at = performance.now();
      const before = last;
      last = { figures, at };
      // A new session counts from nothing.
      if (before === null || figures.bytesIn < before.figures.bytesIn) return;
      const perSecond = 1000 / (at - before.at);
      setRates({
        framesPerSecond: (figures.frames - before.figures.frames) * perSecond,
        bytesPerSecond: (figures.bytesIn - before.figures.bytesIn) * perSecond,
      });
    };
    const takeNow = () => {
      take().catch((ended: unknown) => console.debug('no figures of this session', ended));
    };
    takeNow();
    const timer = setInterval(takeNow, EVERY_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [viewer]);
  return rates;
}

interface StatusProps {
  readonly name: string;
  readonly viewer: RefObject<Viewer | null>;
  readonly state: ViewerState;
  /** Device pixels per guest pixel. */
  readonly scale: number | null;
}

function StatusList({ viewer, state, scale }: StatusProps): ReactNode {
  const rates = useRates(viewer);
  const kind = useViewerKind();
  const rows: [string, string | null][] = [
    [words.viewer, text.settings.viewers[kind]],
    [words.resolution, state.size === null ? null : `${state.size.width} × ${state.size.height}`],
    [words.scale, scale === null ? null : `${Math.round(scale * 100)} %`],
    [words.frames, rates === null ? null : `${Math.round(rates.framesPerSecond)} ${words.framesUnit}`],
    [words.traffic, rates === null ? null : quantity(bitRate(rates.bytesPerSecond))],
    [words.mouse, words.mouseModes[state.pointer]],
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

/** How the screen comes over, in the floating bar. */
export function DisplayStatus(props: StatusProps): ReactNode {
  return (
    <Popover
      title={words.statusOf(props.name)}
      placement="top"
      width={280}
      trigger={<Button kind="quiet">{words.status}</Button>}
    >
      <StatusList {...props} />
    </Popover>
  );
}
