import { HardDrive } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-aria-components';
import { Fault } from '../../../../backend/contract/fault.ts';
import type { MachineView } from '../../../../backend/contract/machine.ts';
import { useBridge } from '../../../bridge/bridge.ts';
import { AreaChart } from '../../../charts/area-chart.tsx';
import { useIsLive } from '../../../stores/connection.ts';
import { ratesOf, useFigures } from '../../../stores/figures.ts';
import { Card } from '../../../ui/card.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { Progress } from '../../../ui/progress.tsx';
import { enqueue } from '../drop/drop-queue.ts';
import { useMachineDrop } from '../drop/use-machine-drop.ts';
import { words } from '../words.ts';
import { CdRow } from './cd-row.tsx';
import { DiskRow } from './disk-row.tsx';
import './disk.css';

const text = words.disk;

/** '2 × virtio-blk · 1 × virtio-scsi' */
function busCount(machine: MachineView): string {
  const counts = new Map<string, number>();
  for (const { bus } of machine.devices.disks) counts.set(bus, (counts.get(bus) ?? 0) + 1);
  return [...counts].map(([bus, count]) => text.count(count, bus)).join(' · ');
}

export function DiskCard({ machine }: { machine: MachineView }): ReactNode {
  const { disks, cdrom } = machine.devices;
  const { samples, until } = useFigures(machine.id);
  const { isOver, dropProps } = useMachineDrop(machine.id);
  const isOn = machine.pid !== null;
  const sum = (key: 'readBytes' | 'writtenBytes') =>
    ratesOf(samples, (one) => one.disks.reduce((total, disk) => total + disk[key], 0));
  return (
    <Card
      title={text.title}
      icon={<HardDrive className="icon" />}
      kind="disk"
      span={7}
      term={busCount(machine)}
      className="disk-card"
    >
      <div className="disk-drop" data-over={isOver} {...dropProps}>
        {disks.length === 0 && cdrom === null ? (
          <p className="note">{text.none}</p>
        ) : (
          <div className="disk-scroll">
            <table className="disk-table">
              <colgroup>
                <col className="disk-col-name" />
                <col className="disk-col-through" />
                <col className="disk-col-used" />
                <col className="disk-col-rate" />
                <col className="disk-col-rate" />
                <col className="disk-col-action" />
              </colgroup>
              <thead>
                <tr>
                  <th scope="col">{text.name}</th>
                  <th scope="col">{text.through}</th>
                  <th scope="col">{text.used}</th>
                  <th scope="col" className="disk-number">
                    {text.read}
                  </th>
                  <th scope="col" className="disk-number">
                    {text.write}
                  </th>
                  <th scope="col">
                    <span className="visually-hidden">{text.actions}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {disks.map((disk, index) => (
                  <DiskRow key={disk.id} machine={machine} disk={disk} isSystem={index === 0} />
                ))}
                {cdrom === null ? null : <CdRow machine={machine} cdrom={cdrom} />}
              </tbody>
            </table>
          </div>
        )}
        {isOn ? (
          <AreaChart
            label={text.chart}
            kind="disk"
            until={until}
            series={[
              { id: 'read', shape: 'area', samples: sum('readBytes') },
              { id: 'write', shape: 'line', samples: sum('writtenBytes'), isQuiet: true },
            ]}
          />
        ) : null}
        <DropArea machine={machine} isOver={isOver} />
      </div>
    </Card>
  );
}

/** Where a file is dropped, or chosen by whoever has no mouse. */
function DropArea({ machine, isOver }: { machine: MachineView; isOver: boolean }): ReactNode {
  const bridge = useBridge();
  const isConnected = useIsLive();
  const [copied, setCopied] = useState<number | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const choose = async () => {
    setFault(null);
    try {
      const path = await bridge.chooseFile('any', text.chooseTitle, setCopied);
      if (path !== null) enqueue(bridge, machine.id, [{ path }]);
    } catch (thrown) {
      setFault(Fault.from(thrown));
    } finally {
      setCopied(null);
    }
  };
  return (
    <>
      {copied === null ? (
        <p className="disk-area">
          {isOver ? (
            text.dropNow
          ) : (
            <>
              {text.drop}
              <Link className="disk-choose" isDisabled={!isConnected} onPress={() => void choose()}>
                {text.choose}
              </Link>
            </>
          )}
        </p>
      ) : (
        <Progress label={text.copying} value={copied} />
      )}
      {fault === null ? null : <ErrorNote fault={fault} onDismiss={() => setFault(null)} />}
    </>
  );
}
