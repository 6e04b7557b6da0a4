import { useCallback, useEffect, useRef, useState } from 'react';
import { Fault } from '../../backend/contract/fault.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../backend/contract/requests.ts';
import { useBridge } from './bridge.ts';

export interface RequestState<N extends RequestName> {
  /** Sends it once: while one is under way further calls do nothing. Null: it failed (see `fault`) or was not sent. */
  readonly send: (input: RequestInput<N>) => Promise<RequestOutput<N> | null>;
  readonly isBusy: boolean;
  /** Of the last try; cleared by the next. */
  readonly fault: Fault | null;
  readonly dismiss: () => void;
}

/** One request of one control: busy while it runs, its fault in the place where it happened. */
export function useRequest<N extends RequestName>(name: N): RequestState<N> {
  const bridge = useBridge();
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  const underWay = useRef(false);
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);

  const send = useCallback(
    async (input: RequestInput<N>): Promise<RequestOutput<N> | null> => {
      if (underWay.current) return null;
      underWay.current = true;
      setBusy(true);
      setFault(null);
      try {
        return await bridge.request(name, input);
      } catch (thrown) {
        if (mounted.current) setFault(Fault.from(thrown));
        return null;
      } finally {
        underWay.current = false;
        if (mounted.current) setBusy(false);
      }
    },
    [bridge, name],
  );
  const dismiss = useCallback(() => setFault(null), []);
  return { send, isBusy, fault, dismiss };
}
