import { FolderOpen } from 'lucide-react';
import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { text } from '../../i18n/en.ts';
import { logTime } from '../../i18n/format.ts';
import { IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { type MachineLog, useMachineLog } from './use-machine-log.ts';
import './log-tab.css';

/** Stays at the end as lines come, unless the person has scrolled up to read. */
function Follow({ children, mark }: { children: ReactNode; mark: unknown }): ReactNode {
  const box = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `mark` is what changed
  useLayoutEffect(() => {
    if (isAtEnd.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [mark]);
  return (
    <section
      ref={box}
      className="log-box"
      aria-label={text.log.follow}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
    >
      {children}
    </section>
  );
}

function Events({ events }: { events: MachineLog['events'] }): ReactNode {
  if (events.length === 0) return <EmptyState isSmall>{text.log.noEvents}</EmptyState>;
  return (
    <Follow mark={events}>
      <ol className="log-events">
        {events.map((event, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a log only grows at its end
          <li key={`${event.at}-${index}`}>
            <time dateTime={new Date(event.at).toISOString()}>{logTime(event.at)}</time>
            <span>{event.text}</span>
          </li>
        ))}
      </ol>
    </Follow>
  );
}

function asText({ events, qemu }: MachineLog): string {
  const lines = events.map(({ at, text: line }) => `${new Date(at).toISOString()} ${line}`);
  return `${lines.join('\n')}\n\n${qemu}`;
}

/** What Innkeeper saw of the machine, and the end of what QEMU wrote. */
export function LogTab({ machine }: { machine: MachineView }): ReactNode {
  const bridge = useBridge();
  const { log, fault, reload } = useMachineLog(machine.id);
  // biome-ignore lint/correctness/useExhaustiveDependencies: QEMU's own log changes when the state does
  useEffect(() => reload(), [reload, machine.state]);
  if (log === null) {
    return (
      <div className="log-tab" aria-busy={fault === null}>
        {fault === null ? <Skeleton height="100%" /> : <ErrorNote fault={fault} onRetry={reload} />}
      </div>
    );
  }
  return (
    <div className="log-tab">
      {fault === null ? null : <ErrorNote fault={fault} onRetry={reload} />}
      <Card
        title={text.log.events}
        span={12}
        className="log-card"
        action={<CopyButton isWide label={text.log.copy} text={() => asText(log)} />}
      >
        <Events events={log.events} />
      </Card>
      <Card
        title={text.log.qemu}
        span={12}
        className="log-card"
        term={log.path}
        action={
          bridge.showInFolder === null ? (
            <CopyButton label={text.host.copyPath} text={log.path} />
          ) : (
            <IconButton
              size="s"
              label={text.log.show}
              icon={<FolderOpen className="icon" />}
              onPress={() => bridge.showInFolder?.(log.path)}
            />
          )
        }
      >
        {log.qemu.trim() === '' ? (
          <EmptyState isSmall>{text.log.noQemu}</EmptyState>
        ) : (
          <Follow mark={log.qemu}>
            <pre className="log-qemu">{log.qemu}</pre>
          </Follow>
        )}
      </Card>
    </div>
  );
}
