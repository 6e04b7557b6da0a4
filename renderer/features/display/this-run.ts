import type { MachineView } from '../../../backend/contract/machine.ts';
import type { ViewerState } from './viewer.ts';

/**
 * Whether the machine has begun a run that the viewer has no picture of yet; what it shows is of one that ended.
 * @param pictured the process that the picture came from; null: there is no picture.
 */
export function isBeginning(
  { state, pid }: Pick<MachineView, 'state' | 'pid'>,
  { phase }: ViewerState,
  pictured: number | null,
): boolean {
  if (state === 'starting') return true;
  return phase !== 'live' && pid !== null && pictured !== null && pid !== pictured;
}

/** The viewer without the picture of the run that ended: it is not the last one of this run. */
export function withoutPicture(viewer: ViewerState): ViewerState {
  return { ...viewer, oldSince: null, phase: viewer.phase === 'lost' ? 'unreachable' : viewer.phase };
}
