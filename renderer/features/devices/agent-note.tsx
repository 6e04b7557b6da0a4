import type { ReactNode } from 'react';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { words } from './words.ts';
import './devices.css';

/** Says quietly why a figure is missing: the guest runs and its agent does not answer. */
export function AgentNote({ machine, what }: { machine: MachineView; what: string }): ReactNode {
  if (machine.state !== 'running' || machine.agentAnswers) return null;
  return <p className="note">{words.noAgent(what)}</p>;
}
