import { MemoryStick } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import type { MachineView } from '../../../../backend/contract/machine.ts';
import { useRequest } from '../../../bridge/use-request.ts';
import { AreaChart } from '../../../charts/area-chart.tsx';
import { bytes, mebibytes, words as withUnit } from '../../../i18n/format.ts';
import { useIsLive } from '../../../stores/connection.ts';
import { seriesOf, useFigures } from '../../../stores/figures.ts';
import { Card } from '../../../ui/card.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { Figure, Figures } from '../../../ui/figure.tsx';
import { Slider } from '../../../ui/slider.tsx';
import { words } from '../words.ts';
import { isMoving, sliderStep } from './balloon-target.ts';

const MIB = 1024 * 1024;
const text = words.memory;

function amount(of: { value: string; unit: string } | null) {
  return of === null ? { value: null } : { value: of.value, unit: of.unit };
}

export function MemoryCard({ machine }: { machine: MachineView }): ReactNode {
  const { memory } = machine.devices;
  const { samples, latest, until } = useFigures(machine.id);
  const isOn = machine.pid !== null;
  const guest = latest?.guestMemory ?? null;
  return (
    <Card
      title={text.title}
      icon={<MemoryStick className="icon" />}
      kind="mem"
      term="virtio-balloon"
      span={5}
    >
      <Figures>
        {isOn ? (
          <>
            <Figure
              label={text.guestHas}
              width={9}
              {...amount(memory.actualMiB === null ? null : mebibytes(memory.actualMiB))}
            />
            <Figure
              label={text.guestUses}
              width={9}
              {...amount(guest === null ? null : bytes(guest.totalBytes - guest.availableBytes))}
            />
            <Figure
              label={text.hostHolds}
              width={9}
              {...amount(latest === null ? null : bytes(latest.residentBytes))}
            />
          </>
        ) : (
          <Figure label={text.size} {...amount(mebibytes(memory.sizeMiB))} />
        )}
      </Figures>
      {isOn ? (
        <AreaChart
          label={text.chart}
          kind="mem"
          until={until}
          ceiling={memory.sizeMiB * MIB}
          series={[
            {
              id: 'uses',
              shape: 'fill',
              samples: seriesOf(samples, ({ guestMemory, residentBytes }) =>
                guestMemory === null ? residentBytes : guestMemory.totalBytes - guestMemory.availableBytes,
              ),
            },
            { id: 'has', shape: 'line', samples: seriesOf(samples, (one) => one.guestMemory?.totalBytes) },
          ]}
        />
      ) : null}
      <Balloon machine={machine} />
    </Card>
  );
}

/** The balloon's slider. What was asked last wins; it is sent when the hand lets go. */
function Balloon({ machine }: { machine: MachineView }): ReactNode {
  const { sizeMiB, floorMiB, targetMiB, actualMiB } = machine.devices.memory;
  const isConnected = useIsLive();
  const { send, isBusy, fault, dismiss } = useRequest('memory.set');
  const [held, setHeld] = useState<number | null>(null);
  const wanted = useRef<number | null>(null);

  const ask = async (value: number) => {
    setHeld(value);
    const isFirst = wanted.current === null;
    wanted.current = value;
    if (!isFirst) return;
    while (wanted.current !== null) {
      const next: number = wanted.current;
      await send({ machine: machine.id, memoryMiB: next });
      if (wanted.current === next) wanted.current = null;
    }
    setHeld(null);
  };

  if (floorMiB >= sizeMiB) return null;
  const isRunning = machine.state === 'running';
  const value = Math.min(sizeMiB, Math.max(floorMiB, held ?? targetMiB ?? actualMiB ?? sizeMiB));
  const asked = held ?? targetMiB;
  const inWords = (mib: number) => withUnit(mebibytes(mib));
  const pending = machine.pending?.memoryMiB;
  const note = balloonNote();

  function balloonNote(): string | null {
    if (held !== null && !isBusy) return text.letGo(inWords(held));
    if (isRunning && asked !== null && actualMiB !== null && (isBusy || isMoving(asked, actualMiB))) {
      return text.moving(inWords(asked), inWords(actualMiB));
    }
    return pending === undefined ? null : text.nextStart(inWords(pending));
  }

  return (
    <>
      <Slider
        label={text.slider}
        hideLabel
        kind="mem"
        value={value}
        minValue={floorMiB}
        maxValue={sizeMiB}
        step={sliderStep(floorMiB, sizeMiB)}
        from={text.floor(inWords(floorMiB))}
        to={inWords(sizeMiB)}
        describe={inWords}
        isDisabled={!isRunning || !isConnected}
        onChange={setHeld}
        onChangeEnd={(next) => void ask(next)}
      />
      {note === null ? null : (
        <p className="note" role="status">
          {note}
        </p>
      )}
      {fault === null ? null : <ErrorNote fault={fault} onDismiss={dismiss} />}
    </>
  );
}
