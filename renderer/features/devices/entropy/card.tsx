import { Dices } from 'lucide-react';
import type { ReactNode } from 'react';
import type { MachineView } from '../../../../backend/contract/machine.ts';
import { Card } from '../../../ui/card.tsx';
import { Figure, Figures } from '../../../ui/figure.tsx';
import { words } from '../words.ts';

const text = words.entropy;

export function EntropyCard({ machine }: { machine: MachineView }): ReactNode {
  const { entropy } = machine.devices;
  return (
    <Card title={text.title} icon={<Dices className="icon" />} kind="rng" term={entropy?.device} span={5}>
      {entropy === null ? (
        <p className="note">{text.none}</p>
      ) : (
        <>
          <Figures>
            <Figure
              label={text.source}
              value={entropy.source === 'rng-builtin' ? text.builtin : text.random}
            />
            {machine.pid === null ? null : (
              <Figure label={text.device} value={entropy.plugged ? text.plugged : text.unplugged} />
            )}
          </Figures>
          <p className="note">
            {entropy.source === 'rng-builtin' ? text.builtinText : text.randomText}{' '}
            <code className="device-mono">{entropy.source}</code>
          </p>
        </>
      )}
    </Card>
  );
}
