import { Clock } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { MachineView } from '../../../../backend/contract/machine.ts';
import { useRequest } from '../../../bridge/use-request.ts';
import { AreaChart } from '../../../charts/area-chart.tsx';
import { useIsLive } from '../../../stores/connection.ts';
import { seriesOf, useFigures } from '../../../stores/figures.ts';
import { Button } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { Figure, Figures } from '../../../ui/figure.tsx';
import { AgentNote } from '../agent-note.tsx';
import { words } from '../words.ts';
import { signedMs, spreadMs } from './drift.ts';

const text = words.clock;

export function ClockCard({ machine }: { machine: MachineView }): ReactNode {
  const { clock } = machine.devices;
  const { samples, latest, until } = useFigures(machine.id);
  const set = useRequest('clock.set');
  const isConnected = useIsLive();
  const [wasSet, setWasSet] = useState<number | null>(null);
  const isOn = machine.pid !== null;
  const now = isOn ? (latest?.clock ?? null) : null;
  const setNow = async () => {
    setWasSet(null);
    const done = await set.send({ machine: machine.id });
    if (done !== null) setWasSet(done.driftMs);
  };
  return (
    <Card title={text.title} icon={<Clock className="icon" />} kind="clk" term={clock.source} span={4}>
      <Figures>
        {isOn ? (
          <Figure
            label={text.drift}
            value={now === null ? null : signedMs(now.driftMs)}
            unit={
              now === null ? undefined : `ms ${text.exact(spreadMs(now.uncertaintyMs)).replace(' ms', '')}`
            }
            width={12}
          />
        ) : null}
        <Figure
          label={isOn ? text.uses : text.offered}
          value={isOn ? (now?.guestSource ?? null) : clock.source}
        />
        {isOn ? null : <Figure label={text.rtc} value={text[clock.rtc]} />}
      </Figures>
      {isOn ? (
        <AreaChart
          label={text.chart}
          kind="clk"
          until={until}
          series={[
            {
              id: 'drift',
              shape: 'area',
              samples: seriesOf(samples, (one) => (one.clock === null ? null : Math.abs(one.clock.driftMs))),
            },
          ]}
        />
      ) : null}
      <AgentNote machine={machine} what={words.agentClock} />
      {isOn ? (
        <div className="device-foot">
          <Button
            busy={set.isBusy ? text.setting : null}
            disabledReason={machine.agentAnswers && isConnected ? null : text.noAgent}
            onPress={() => void setNow()}
          >
            {text.setNow}
          </Button>
          {wasSet === null ? null : (
            <span className="note" role="status">
              {text.wasSet(signedMs(wasSet))}
            </span>
          )}
        </div>
      ) : null}
      {set.fault === null ? null : <ErrorNote fault={set.fault} onDismiss={set.dismiss} />}
    </Card>
  );
}
