import { EthernetPort } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { MachineFigures, NicView } from '../../../../backend/contract/devices.ts';
import type { MachineView } from '../../../../backend/contract/machine.ts';
import { useRequest } from '../../../bridge/use-request.ts';
import { AreaChart } from '../../../charts/area-chart.tsx';
import { bitRate } from '../../../i18n/format.ts';
import { useIsLive } from '../../../stores/connection.ts';
import { lastOf, ratesOf, useFigures } from '../../../stores/figures.ts';
import { Card } from '../../../ui/card.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { Figure, Figures } from '../../../ui/figure.tsx';
import { Switch } from '../../../ui/switch.tsx';
import { AgentNote } from '../agent-note.tsx';
import { words } from '../words.ts';
import { bestAddress } from './address.ts';
import './network.css';

const text = words.network;

export function NetworkCard({ machine }: { machine: MachineView }): ReactNode {
  const { nics } = machine.devices;
  const only = nics.length === 1 ? nics[0] : undefined;
  return (
    <Card
      title={text.title}
      icon={<EthernetPort className="icon" />}
      kind="net"
      span={7}
      term={only === undefined ? 'virtio-net' : `${only.model} · ${only.mac}`}
    >
      {nics.length === 0 ? <p className="note">{text.none}</p> : null}
      {nics.map((nic) => (
        <Nic key={nic.id} machine={machine} nic={nic} isNamed={only === undefined} />
      ))}
      <AgentNote machine={machine} what={words.agentNetwork} />
    </Card>
  );
}

function ofNic(nic: NicView) {
  return (figures: MachineFigures) =>
    figures.nics.find(({ mac }) => mac.toLowerCase() === nic.mac.toLowerCase());
}

function rate(bytesPerSecond: number | null) {
  return bytesPerSecond === null ? { value: null } : bitRate(bytesPerSecond);
}

function Nic({ machine, nic, isNamed }: { machine: MachineView; nic: NicView; isNamed: boolean }): ReactNode {
  const { samples, latest, until } = useFigures(machine.id);
  const pick = ofNic(nic);
  const seen = latest === null ? undefined : pick(latest);
  const down = ratesOf(samples, (one) => pick(one)?.receivedBytes);
  const up = ratesOf(samples, (one) => pick(one)?.sentBytes);
  const isOn = machine.pid !== null;
  return (
    <div className="nic">
      {isNamed ? (
        <code className="device-mono">
          {nic.id} · {nic.model} · {nic.mac}
        </code>
      ) : null}
      <div className="device-head">
        <Figures>
          <Figure label={text.address} value={bestAddress(seen?.addresses ?? [])} width={14} />
          <Figure label={text.down} width={11} {...rate(isOn ? lastOf(down) : null)} />
          <Figure label={text.up} width={11} {...rate(isOn ? lastOf(up) : null)} />
        </Figures>
        <Cable machine={machine} nic={nic} />
      </div>
      {isOn ? (
        <AreaChart
          label={text.chart}
          kind="net"
          until={until}
          series={[
            { id: 'down', shape: 'area', samples: down },
            { id: 'up', shape: 'line', samples: up, isQuiet: true },
          ]}
        />
      ) : null}
    </div>
  );
}

/** Plugs the cable in and out. It shows what was asked at once, marked busy until QEMU has done it. */
function Cable({ machine, nic }: { machine: MachineView; nic: NicView }): ReactNode {
  const isConnected = useIsLive();
  const link = useRequest('nic.link');
  const [asked, setAsked] = useState<boolean | null>(null);
  const change = async (up: boolean) => {
    setAsked(up);
    await link.send({ machine: machine.id, nic: nic.id, up });
    setAsked(null);
  };
  return (
    <div className="cable">
      <Switch
        label={machine.devices.nics.length > 1 ? text.cableOf(nic.id) : text.cable}
        isSelected={asked ?? nic.up}
        isBusy={link.isBusy}
        isDisabled={!isConnected}
        onChange={(up) => void change(up)}
      />
      {link.fault === null ? null : <ErrorNote fault={link.fault} onDismiss={link.dismiss} />}
    </div>
  );
}
