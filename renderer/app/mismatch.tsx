import { Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Fault } from '../../backend/contract/fault.ts';
import { text } from '../i18n/en.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';

/** This page and the back end do not fit; going on would misread what it says. */
export function Mismatch({ fault }: { fault: Fault }): ReactNode {
  return (
    <main className="main">
      <EmptyState
        icon={<Unplug size={28} strokeWidth={1.5} />}
        isPage
        title={fault.message}
        actions={
          <Button kind="primary" onPress={() => window.location.reload()}>
            {text.connection.reload}
          </Button>
        }
      >
        {fault.remedy}
      </EmptyState>
    </main>
  );
}
