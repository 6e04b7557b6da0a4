import type { ReactNode } from 'react';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { CardGrid } from '../../ui/card.tsx';
import { ClockCard } from './clock/card.tsx';
import { DiskCard } from './disk/card.tsx';
import { DisplayCard } from './display/card.tsx';
import { EntropyCard } from './entropy/card.tsx';
import { MemoryCard } from './memory/card.tsx';
import { NetworkCard } from './network/card.tsx';
import { SerialCard } from './serial/card.tsx';
import { words } from './words.ts';
import './devices.css';

/** One card for each paravirtualized device. */
export function DevicesTab({ machine }: { machine: MachineView }): ReactNode {
  return (
    <CardGrid>
      {machine.pid === null ? <p className="devices-off">{words.off}</p> : null}
      <MemoryCard machine={machine} />
      <DiskCard machine={machine} />
      <NetworkCard machine={machine} />
      <EntropyCard machine={machine} />
      <SerialCard machine={machine} />
      <ClockCard machine={machine} />
      <DisplayCard machine={machine} />
    </CardGrid>
  );
}
