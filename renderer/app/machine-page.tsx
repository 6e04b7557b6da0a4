import { lazy, type ReactNode, Suspense } from 'react';
import type { MachineView } from '../../backend/contract/machine.ts';
import { useMachineDrop } from '../features/devices/drop/use-machine-drop.ts';
import { MachineHeader } from '../features/machines/machine-header.tsx';
import { MachineNotices } from '../features/machines/machine-notices.tsx';
import { text } from '../i18n/en.ts';
import { type MachineTab, machineTabs, navigate } from '../stores/route.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { showFullScreen } from './full-screen.ts';
import { TabBoundary } from './tab-boundary.tsx';

/** Each tab is a chunk of its own: the first paint waits for neither the viewer nor the terminal. */
const parts = {
  display: lazy(async () => ({ default: (await import('../features/display/display-tab.tsx')).DisplayTab })),
  devices: lazy(async () => ({ default: (await import('../features/devices/devices-tab.tsx')).DevicesTab })),
  console: lazy(async () => ({ default: (await import('../features/console/console-tab.tsx')).ConsoleTab })),
  log: lazy(async () => ({ default: (await import('../features/log/log-tab.tsx')).LogTab })),
} as const;

const tabs = machineTabs.map((id) => ({ id, label: text.machine.tabs[id] }));

function TabShape(): ReactNode {
  return (
    <div className="tab-shape" role="status" aria-busy="true" aria-label={text.common.loading}>
      <Skeleton height="100%" />
    </div>
  );
}

/** One machine: its header, what went wrong, and its parts. */
export function MachinePage({ machine, tab }: { machine: MachineView; tab: MachineTab }): ReactNode {
  const { isOver, dropProps } = useMachineDrop(machine.id);
  return (
    <div className="machine-page" data-over={isOver} {...dropProps}>
      <MachineHeader machine={machine} tab={tab} showFullScreen={showFullScreen} />
      <MachineNotices machine={machine} tab={tab} />
      <Tabs
        label={text.machine.tabsOf(machine.name)}
        tabs={tabs}
        selected={tab}
        onSelect={(next) => navigate({ page: 'machine', id: machine.id, tab: next })}
      >
        {(id) => {
          const Part = parts[id];
          return (
            <TabBoundary resetKey={`${machine.id} ${id}`}>
              <Suspense fallback={<TabShape />}>
                <Part key={machine.id} machine={machine} />
              </Suspense>
            </TabBoundary>
          );
        }}
      </Tabs>
    </div>
  );
}
