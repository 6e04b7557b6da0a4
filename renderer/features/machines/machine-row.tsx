import { memo, type ReactNode } from 'react';
import { type MachineView, stateWords } from '../../../backend/contract/machine.ts';
import { Sparkline } from '../../charts/sparkline.tsx';
import { text } from '../../i18n/en.ts';
import { mebibytes, words } from '../../i18n/format.ts';
import { useCpuSamples } from '../../stores/host.ts';
import { useMachine } from '../../stores/machines.ts';
import { isOn } from './refusal.ts';
import { stateTone } from './state-look.ts';
import { useThumbnail } from './thumbnails.ts';

function Thumbnail({ machine }: { machine: MachineView }): ReactNode {
  const picture = useThumbnail(machine);
  const shown = isOn(machine.state) ? picture : undefined;
  return (
    <span className={`thumb ${machine.state === 'running' ? '' : 'thumb-old'}`}>
      {shown === undefined ? null : <img src={shown} alt="" draggable={false} />}
    </span>
  );
}

function CpuLine({ id }: { id: string }): ReactNode {
  const samples = useCpuSamples(id);
  const last = samples.at(-1);
  if (last === undefined || samples.length < 2) return null;
  return (
    <Sparkline samples={samples} until={last.at} ceiling={25} label={text.sidebar.cpu(last.value ?? 0)} />
  );
}

/** '● Running · 512 MiB' */
function StateLine({ machine: { state, memoryMiB } }: { machine: MachineView }): ReactNode {
  return (
    <span className="row-state">
      <span className={`dot dot-${stateTone[state]}`} aria-hidden="true" />
      {state === 'crashed' ? text.machine.crashedSeeLog : stateWords[state]}
      {state === 'crashed' ? null : <span className="row-memory"> · {words(mebibytes(memoryMiB))}</span>}
    </span>
  );
}

/** A machine in the list: picture, name, one line of state, how busy it is. */
export const MachineRow = memo(function MachineRow({ id }: { id: string }): ReactNode {
  const machine = useMachine(id);
  if (machine === undefined) return null;
  return (
    <div className="row" data-machine={id}>
      <Thumbnail machine={machine} />
      <span className="row-words">
        <span className="row-name">{machine.name}</span>
        <StateLine machine={machine} />
      </span>
      {machine.state === 'running' ? <CpuLine id={id} /> : null}
    </div>
  );
});
