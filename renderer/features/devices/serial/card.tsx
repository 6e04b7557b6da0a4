import { Cable } from 'lucide-react';
import type { ReactNode } from 'react';
import type { MachineView } from '../../../../backend/contract/machine.ts';
import { navigate } from '../../../stores/route.ts';
import { Button } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { words } from '../words.ts';
import './serial.css';

const text = words.serial;

function guestEnd(open: boolean | null, isOn: boolean): string {
  if (!isOn || open === null) return '–';
  return open ? text.open : text.closed;
}

export function SerialCard({ machine }: { machine: MachineView }): ReactNode {
  const { serial } = machine.devices;
  const isOn = machine.pid !== null;
  const kinds = [...new Set(serial.map(({ device }) => device))];
  return (
    <Card title={text.title} icon={<Cable className="icon" />} kind="ser" term={kinds.join(' · ')} span={5}>
      <table className="serial-ports">
        <thead>
          <tr>
            <th scope="col">{text.purpose}</th>
            <th scope="col">{text.port}</th>
            <th scope="col">{text.guest}</th>
          </tr>
        </thead>
        <tbody>
          {serial.map((port) => (
            <tr key={port.name}>
              <td>{text.purposes[port.purpose]}</td>
              <td className="serial-name">
                <code className="device-mono" title={port.name}>
                  {port.name}
                </code>
              </td>
              <td data-open={isOn && port.guestOpen === true}>{guestEnd(port.guestOpen, isOn)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="device-foot">
        <Button onPress={() => navigate({ page: 'machine', id: machine.id, tab: 'console' })}>
          {text.openConsole}
        </Button>
      </div>
    </Card>
  );
}
