import { House, Plus, Settings } from 'lucide-react';
import type { ReactNode, Ref } from 'react';
import { HostFoot } from '../features/host/host-foot.tsx';
import { JobsPopover } from '../features/jobs/jobs-popover.tsx';
import { MachineList } from '../features/machines/machine-list.tsx';
import { text } from '../i18n/en.ts';
import { openCreate } from '../stores/dialogs.ts';
import { navigate } from '../stores/route.ts';
import { IconButton } from '../ui/button.tsx';
import { showFullScreen } from './full-screen.ts';

export interface SideBarProps {
  searchRef: Ref<HTMLInputElement>;
  /** Files were dropped on a row. */
  onFiles: (machine: string, files: File[]) => void;
}

/** Left: machines above, the host below. */
export function SideBar({ searchRef, onFiles }: SideBarProps): ReactNode {
  return (
    <aside className="side">
      <div className="brand">
        <House className="brand-mark" size={20} strokeWidth={1.8} aria-hidden="true" />
        {text.common.appName}
        <span className="brand-acts">
          <IconButton
            size="s"
            label={text.commands.settings}
            keys="Ctrl ,"
            icon={<Settings className="icon" />}
            onPress={() => navigate({ page: 'settings' })}
          />
          <IconButton
            size="s"
            kind="primary"
            label={text.sidebar.newMachine}
            keys="Alt N"
            icon={<Plus className="icon" />}
            onPress={() => openCreate()}
          />
        </span>
      </div>
      <MachineList searchRef={searchRef} onFiles={onFiles} showFullScreen={showFullScreen} />
      <HostFoot jobs={<JobsPopover />} />
    </aside>
  );
}
