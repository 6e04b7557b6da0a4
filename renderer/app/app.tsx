import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef } from 'react';
import { useBridge } from '../bridge/bridge.ts';
import { CreateDialog } from '../features/create/create-dialog.tsx';
import { Welcome } from '../features/create/welcome.tsx';
import { enqueue } from '../features/devices/drop/drop-queue.ts';
import { EditDialog } from '../features/machines/edit-dialog.tsx';
import { text } from '../i18n/en.ts';
import { useConnection, useIsLive } from '../stores/connection.ts';
import { machinesStore, useMachine } from '../stores/machines.ts';
import { navigate, type Route, useRoute } from '../stores/route.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Toasts } from '../ui/toast.tsx';
import { appCommands, guestShortcuts } from './commands.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { FileDropHint } from './file-drop.tsx';
import { MachinePage } from './machine-page.tsx';
import { Mismatch } from './mismatch.tsx';
import { Palette } from './palette.tsx';
import { SideBar } from './side-bar.tsx';
import { SlowConnection } from './slow-connection.tsx';
import { useShortcuts } from './use-shortcuts.ts';
import './app.css';

const HostPage = lazy(async () => ({ default: (await import('../features/host/host-page.tsx')).HostPage }));
const DropOffers = lazy(async () => ({
  default: (await import('../features/devices/drop/drop-offers.tsx')).DropOffers,
}));
const SettingsPage = lazy(async () => ({
  default: (await import('../features/settings/settings-page.tsx')).SettingsPage,
}));

function pageTitle(route: Route, machineName: string | undefined): string {
  const { appName } = text.common;
  switch (route.page) {
    case 'machine':
      return machineName === undefined ? appName : `${machineName} – ${appName}`;
    case 'host':
      return `${text.host.title} – ${appName}`;
    case 'settings':
      return `${text.settings.title} – ${appName}`;
    case 'welcome':
      return appName;
  }
}

/** A machine that was deleted elsewhere, or an old bookmark. */
function Gone(): ReactNode {
  const isLoaded = machinesStore((store) => store.isLoaded);
  useEffect(() => {
    if (isLoaded) navigate({ page: 'welcome' }, true);
  }, [isLoaded]);
  return isLoaded ? <EmptyState>{text.welcome.gone}</EmptyState> : null;
}

/** The window: two columns, and what floats over them. */
export function App(): ReactNode {
  const bridge = useBridge();
  const route = useRoute();
  const isLive = useIsLive();
  const { phase, fault } = useConnection();
  const machine = useMachine(route.page === 'machine' ? route.id : '');
  const search = useRef<HTMLInputElement>(null);
  const commands = useMemo(() => appCommands(() => search.current?.focus()), []);
  useShortcuts(commands);

  useEffect(() => {
    document.title = pageTitle(route, machine?.name);
  }, [route, machine?.name]);

  useEffect(
    () => bridge.onCommand((asked) => commands.find(({ id }) => id === asked)?.run()),
    [bridge, commands],
  );

  if (phase === 'refused' && fault !== null) return <Mismatch fault={fault} />;
  return (
    <>
      <div className="app" data-old={phase === 'reconnecting' || undefined} data-live={isLive || undefined}>
        <ConnectionBanner />
        <SideBar
          searchRef={search}
          onFiles={(id, files) =>
            enqueue(
              bridge,
              id,
              files.map((file) => ({ file })),
            )
          }
        />
        <main className="main">
          <Suspense fallback={null}>
            {phase === 'connecting' ? <SlowConnection /> : null}
            {route.page === 'host' ? <HostPage /> : null}
            {route.page === 'settings' ? <SettingsPage shortcuts={[...guestShortcuts, ...commands]} /> : null}
            {route.page === 'welcome' ? <Welcome /> : null}
            {route.page === 'machine' ? (
              machine === undefined ? (
                <Gone />
              ) : (
                <MachinePage machine={machine} tab={route.tab} />
              )
            ) : null}
          </Suspense>
        </main>
      </div>
      <CreateDialog />
      <EditDialog />
      <Palette commands={commands} />
      <Suspense fallback={null}>
        <DropOffers />
      </Suspense>
      <FileDropHint machineName={machine?.name} />
      <Toasts />
    </>
  );
}
