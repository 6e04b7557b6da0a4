import { Copy, Eraser, Play, SquareTerminal } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { useIsLive } from '../../stores/connection.ts';
import type { GuestTerminal } from '../../terminal/terminal.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { ConsoleLine, type LinePhase } from './console-line.ts';
import { words } from './words.ts';
import './console.css';

function OffConsole({ machine }: { machine: MachineView }): ReactNode {
  const start = useRequest('machine.start');
  return (
    <EmptyState
      icon={<SquareTerminal className="icon" />}
      title={machine.state === 'starting' ? words.startingText(machine.name) : words.isOff(machine.name)}
      actions={
        <>
          <Button
            kind="primary"
            icon={<Play className="icon" />}
            busy={start.isBusy || machine.state === 'starting' ? words.starting : null}
            isDisabled={!machine.can.includes('start') && machine.state !== 'starting'}
            onPress={() => void start.send({ machine: machine.id })}
          >
            {words.start}
          </Button>
          {start.fault === null ? null : <ErrorNote fault={start.fault} onDismiss={start.dismiss} />}
        </>
      }
    >
      {words.offText}
    </EmptyState>
  );
}

function note(phase: LinePhase, machine: MachineView, isConnected: boolean): string | null {
  if (phase === 'lost' || !isConnected) return words.lost;
  if (phase !== 'open') return words.connecting;
  return machine.state === 'paused' ? words.paused : null;
}

/** The guest's serial console. What it printed stays readable after it went off. */
export function ConsoleTab({ machine }: { machine: MachineView }): ReactNode {
  const bridge = useBridge();
  const isConnected = useIsLive();
  const host = useRef<HTMLDivElement | null>(null);
  const bar = useRef<HTMLDivElement | null>(null);
  const terminal = useRef<GuestTerminal | null>(null);
  const line = useRef<ConsoleLine | null>(null);
  const [phase, setPhase] = useState<LinePhase>('closed');
  const isUp = machine.pid !== null;
  const [wasUp, setWasUp] = useState(isUp);
  if (isUp && !wasUp) setWasUp(true);
  const serial = machine.devices.serial.find(({ purpose }) => purpose === 'console');
  const label = words.label(machine.name);
  const wanted = isUp && isConnected;

  useEffect(() => {
    const element = host.current;
    if (element === null || !wasUp) return;
    const stop = new AbortController();
    const opened = new ConsoleLine(
      () => bridge.openStream({ kind: 'console', machine: machine.id }),
      (bytes) => terminal.current?.write(bytes),
      (next) => {
        if (!stop.signal.aborted) setPhase(next);
      },
    );
    // xterm.js is a third of a megabyte: fetched when the first console opens.
    void import('../../terminal/terminal.ts').then(({ GuestTerminal: Opened }) => {
      if (stop.signal.aborted) return;
      terminal.current = new Opened({
        host: element,
        label,
        onInput: (bytes) => opened.send(bytes),
        onLeave: () => bar.current?.querySelector('button')?.focus(),
      });
      line.current = opened;
      setPhase('connecting');
    });
    return () => {
      stop.abort();
      opened[Symbol.dispose]();
      terminal.current?.[Symbol.dispose]();
      terminal.current = null;
      line.current = null;
    };
  }, [bridge, machine.id, wasUp, label]);

  // `phase` is a dependency because the line exists only once the terminal has been fetched.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => line.current?.want(wanted), [wanted, phase]);

  if (!wasUp) return <OffConsole machine={machine} />;
  const says = isUp ? note(phase, machine, isConnected) : words.isOff(machine.name);
  return (
    <section className="console" aria-label={label}>
      <div className="console-bar" ref={bar} role="toolbar" aria-label={words.line}>
        <code className="console-term">
          {serial === undefined ? words.line : `${serial.device} · ${serial.name}`}
        </code>
        <span className="console-note" role="status">
          {says}
        </span>
        <span className="note console-keys">
          {words.leave}. {words.copyPaste}.
        </span>
        <IconButton
          size="s"
          label={words.copy}
          icon={<Copy className="icon" />}
          onPress={() => void terminal.current?.copy()}
        />
        <IconButton
          size="s"
          label={words.clear}
          icon={<Eraser className="icon" />}
          onPress={() => terminal.current?.clear()}
        />
      </div>
      <div
        className="terminal-host console-terminal"
        ref={host}
        data-testid="console-terminal"
        data-phase={phase}
      />
    </section>
  );
}
