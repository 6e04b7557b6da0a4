import { Monitor } from 'lucide-react';
import type { ReactNode } from 'react';
import type { MachineView } from '../../../../backend/contract/machine.ts';
import { useFigures } from '../../../stores/figures.ts';
import { navigate } from '../../../stores/route.ts';
import { Button } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { Figure, Figures } from '../../../ui/figure.tsx';
import { words } from '../words.ts';

const text = words.display;

export function DisplayCard({ machine }: { machine: MachineView }): ReactNode {
  const { display } = machine.devices;
  const { latest } = useFigures(machine.id);
  const isSpice = display.protocol === 'spice';
  return (
    <Card title={text.title} icon={<Monitor className="icon" />} kind="gfx" term={display.adapter} span={3}>
      <Figures>
        <Figure label={text.protocol} value={isSpice ? text.spice : text.noSpice} />
        {machine.pid === null ? null : (
          <Figure
            label={text.clients}
            value={latest === null ? null : latest.displayClients.toString()}
            width={3}
          />
        )}
      </Figures>
      {isSpice ? null : <p className="note">{text.noSpiceText}</p>}
      <div className="device-foot">
        <Button onPress={() => navigate({ page: 'machine', id: machine.id, tab: 'display' })}>
          {text.open}
        </Button>
      </div>
    </Card>
  );
}
