import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { text } from '../../i18n/en.ts';
import { bytes, words } from '../../i18n/format.ts';
import { useHost } from '../../stores/host.ts';
import { navigate } from '../../stores/route.ts';
import './host-foot.css';

/** The host at the foot of the side bar: how its memory is shared out, its jobs, how guests run. */
export function HostFoot({ jobs }: { jobs: ReactNode }): ReactNode {
  const { figures, report } = useHost();
  const total = figures?.memoryTotalBytes ?? report?.memoryTotalBytes ?? 0;
  const used = figures === null ? 0 : figures.memoryTotalBytes - figures.memoryAvailableBytes;
  const machines = figures?.machines.reduce((sum, one) => sum + one.residentBytes, 0) ?? 0;
  const others = Math.max(0, used - machines);
  // In steps that can be seen: figures that hardly change are not laid out again.
  const share = (part: number): string => `${total > 0 ? Math.round((part / total) * 200) / 2 : 0}%`;
  const memory =
    total === 0 ? '' : text.sidebar.memoryOf(words(bytes(used)).replace(/ GiB$/, ''), words(bytes(total)));
  const accelerator = report === null ? text.sidebar.checking : text.sidebar.accelerators[report.accelerator];
  const open = (): void => navigate({ page: 'host' });
  return (
    <div className="foot">
      <Button className="foot-host" onPress={open}>
        <span className="foot-line">
          <span>{text.sidebar.thisHost}</span>
          <span>{figures === null ? '' : memory}</span>
        </span>
        <span className="foot-bar" aria-hidden="true">
          <span className="foot-machines" style={{ width: share(Math.min(machines, used)) }} />
          <span className="foot-others" style={{ width: share(others) }} />
        </span>
      </Button>
      <div className="foot-line">
        {jobs}
        <Button className={`foot-link ${report?.accelerator === 'kvm' ? '' : 'foot-warn'}`} onPress={open}>
          {accelerator}
        </Button>
      </div>
    </div>
  );
}
