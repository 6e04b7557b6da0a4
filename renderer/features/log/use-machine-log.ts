import { useCallback, useEffect, useState } from 'react';
import { Fault } from '../../../backend/contract/fault.ts';
import type { RequestOutput } from '../../../backend/contract/requests.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { useIsLive } from '../../stores/connection.ts';

export type MachineLog = RequestOutput<'machine.log'>;

/** Enough of QEMU's log to see why it ended. */
const MAX_BYTES = 65_536;
/** Milliseconds of quiet before the file is read again: events come in bursts. */
const SETTLED_MS = 400;

/** The log of a machine, followed while it is drawn. */
export function useMachineLog(machine: string): {
  log: MachineLog | null;
  fault: Fault | null;
  reload: () => void;
} {
  const bridge = useBridge();
  const isLive = useIsLive();
  const [log, setLog] = useState<MachineLog | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);

  const reload = useCallback(() => {
    if (!isLive) return;
    bridge.request('machine.log', { machine, maxBytes: MAX_BYTES }).then(
      (read) => {
        setLog(read);
        setFault(null);
      },
      (thrown: unknown) => setFault(Fault.from(thrown)),
    );
  }, [bridge, machine, isLive]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = bridge.on('machine.logged', (event) => {
      if (event.machine !== machine) return;
      setLog((before) =>
        before === null
          ? null
          : { ...before, events: [...before.events, { at: event.at, text: event.text }] },
      );
      clearTimeout(timer);
      timer = setTimeout(reload, SETTLED_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [bridge, machine, reload]);

  return { log, fault, reload };
}
