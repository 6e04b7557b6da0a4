import { House } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../i18n/en.ts';
import { useIsLive } from '../../stores/connection.ts';
import { openCreate } from '../../stores/dialogs.ts';
import { machinesStore, useMachineIds } from '../../stores/machines.ts';
import { navigate } from '../../stores/route.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Progress } from '../../ui/progress.tsx';
import { freeName, takenNames, useCreation } from './creation.ts';
import './create-dialog.css';

/** No machine yet: one sentence, and the demo machine one press away. */
export function Welcome(): ReactNode {
  const creation = useCreation();
  const isLive = useIsLive();
  const isLoaded = machinesStore((store) => store.isLoaded);
  const hasMachines = useMachineIds().length > 0;
  if (!isLoaded) return null;
  if (hasMachines && !creation.isWorking) {
    return (
      <EmptyState isPage icon={<House size={28} strokeWidth={1.5} />} title={text.welcome.pickTitle}>
        {text.welcome.pick}
      </EmptyState>
    );
  }
  const tryDemo = async (): Promise<void> => {
    const machine = await creation.create({ name: freeName('demo', takenNames()), demo: true, start: true });
    if (machine !== null) navigate({ page: 'machine', id: machine.id, tab: 'display' });
  };
  const { job, fault, isWorking } = creation;
  return (
    <EmptyState
      icon={<House size={28} strokeWidth={1.5} />}
      isPage
      title={text.welcome.title}
      actions={
        <>
          <Button
            kind="primary"
            busy={isWorking ? text.welcome.demoBusy : null}
            disabledReason={isLive ? null : text.connection.old}
            onPress={() => void tryDemo()}
          >
            {text.welcome.demo}
          </Button>
          <Button onPress={() => openCreate()}>{text.welcome.newMachine}</Button>
        </>
      }
      below={
        isWorking ? (
          <div className="welcome-progress">
            <Progress label={job?.step ?? text.create.working} value={job?.progress ?? null} />
          </div>
        ) : fault === null ? null : (
          <div className="welcome-progress">
            <ErrorNote fault={fault} />
          </div>
        )
      }
    >
      {text.welcome.text}
    </EmptyState>
  );
}
