import { type ReactNode, useState } from 'react';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { text } from '../../i18n/en.ts';
import { type MachineTab, navigate } from '../../stores/route.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { actionStore, dismissFault } from './action-store.ts';
import { forceOff } from './machine-commands.tsx';

const words = text.machine;

function ForceOffer({ machine }: { machine: MachineView }): ReactNode {
  const bridge = useBridge();
  // Keep waiting hides the offer for this shut-down; another one has another `stateSince`.
  const [waitingSince, setWaitingSince] = useState<number | null>(null);
  if (!machine.forceOffered || waitingSince === machine.stateSince) return null;
  return (
    <div className="notice" role="status">
      <span className="notice-words">{words.notShutDown(machine.name)}</span>
      <Button size="s" kind="quiet" onPress={() => setWaitingSince(machine.stateSince)}>
        {words.keepWaiting}
      </Button>
      <Button size="s" kind="danger" onPress={() => forceOff(bridge, machine)}>
        {words.forceOff}
      </Button>
    </div>
  );
}

interface MachineNoticesProps {
  machine: MachineView;
  /** The one that is open. */
  tab: MachineTab;
}

/** Why it crashed, did not start, was halted, or cannot be used. A crash is told on the display by the display. */
function Trouble({ machine, tab }: MachineNoticesProps): ReactNode {
  const { id, name, state, fault } = machine;
  if (state === 'crashed' ? tab === 'display' : fault === null) return null;
  return (
    <ErrorNote
      fault={fault ?? { message: words.crashedTitle(name) }}
      actions={
        <Button size="s" onPress={() => navigate({ page: 'machine', id, tab: 'log' })}>
          {words.openLog}
        </Button>
      }
    />
  );
}

/** Under the header: what went wrong and what waits for an answer. Nothing there, nothing drawn. */
export function MachineNotices({ machine, tab }: MachineNoticesProps): ReactNode {
  const fault = actionStore(({ faults }) => faults.get(machine.id));
  return (
    <div className="machine-notes">
      <ForceOffer machine={machine} />
      <Trouble machine={machine} tab={tab} />
      {fault === undefined || fault.message === machine.fault?.message ? null : (
        <ErrorNote fault={fault} onDismiss={() => dismissFault(machine.id)} />
      )}
    </div>
  );
}
