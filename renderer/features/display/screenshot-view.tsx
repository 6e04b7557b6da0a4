import { type ReactNode, useEffect, useState } from 'react';
import { Fault } from '../../../backend/contract/fault.ts';
import { type MachineView, stateWords } from '../../../backend/contract/machine.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { useIsLive } from '../../stores/connection.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { words } from './words.ts';

const EVERY_MS = 1000;

/** Where QEMU has no SPICE: a picture a second by QMP, to look at only. */
export function ScreenshotView({ machine }: { machine: MachineView }): ReactNode {
  const bridge = useBridge();
  const isLive = useIsLive();
  const [picture, setPicture] = useState<string | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const isRunning = machine.pid !== null && isLive;

  useEffect(() => {
    if (!isRunning) return;
    const stop = new AbortController();
    let next: ReturnType<typeof setTimeout>;
    const take = () => {
      bridge
        .request('machine.screenshot', { machine: machine.id }, stop.signal)
        .then(({ png }) => {
          setPicture(`data:image/png;base64,${png}`);
          setFault(null);
        })
        .catch((thrown: unknown) => {
          if (!stop.signal.aborted) setFault(Fault.from(thrown));
        })
        .finally(() => {
          if (!stop.signal.aborted) next = setTimeout(take, EVERY_MS);
        });
    };
    take();
    return () => {
      stop.abort();
      clearTimeout(next);
    };
  }, [bridge, machine.id, isRunning]);

  return (
    <div className="display-shots">
      {picture === null ? null : (
        <img
          src={picture}
          alt={words.screenOf(machine.name, isRunning ? words.liveState : stateWords[machine.state])}
        />
      )}
      {isRunning ? <p className="display-chip">{words.noSpice}</p> : null}
      {fault === null ? null : <ErrorNote fault={fault} />}
    </div>
  );
}
