import { Fault, type FaultShape } from '../contract/fault.ts';
import { type AgentProblem, AgentTrouble } from '../devices/display/agent-line.ts';
import { quoted } from './machine-faults.ts';

export function clipboardOff(name: string): Fault {
  return new Fault({
    code: 'no-permission',
    message: `Text may not cross to or from “${name}”: its clipboard is not shared.`,
    remedy: `Share it: innkeeper clipboard allow ${quoted(name)} on, or turn on Clipboard in the bar under its screen.`,
  });
}

/** What a request for the SPICE agent of the machine of that name threw, in words. */
export function agentFault(error: unknown, name: string): Fault {
  if (!(error instanceof AgentTrouble)) return Fault.from(error);
  const { cause, problem } = error;
  const detail = cause instanceof Error ? { detail: cause.message } : {};
  return new Fault({ ...shapeOf(problem, name), ...detail }, { cause: error });
}

function shapeOf(problem: AgentProblem, name: string): FaultShape {
  switch (problem) {
    case 'absent':
      return {
        code: 'agent-missing',
        message: `No SPICE agent answers in “${name}”.`,
        remedy:
          'Install and start spice-vdagent in the guest, and open a desktop there. The demo machine has none.',
      };
    case 'failed':
      return {
        code: 'guest-unresponsive',
        message: `What answers in “${name}” as its SPICE agent does not speak as one.`,
        remedy: 'Restart spice-vdagentd in the guest.',
      };
    case 'agentSilent':
      return {
        code: 'guest-unresponsive',
        message: `The SPICE agent in “${name}” does not answer.`,
        remedy: 'Look whether spice-vdagent runs in the guest’s desktop, then try again.',
      };
    case 'unreachable':
      return {
        code: 'qemu-unreachable',
        message: `The SPICE server of “${name}” does not answer, so its agent cannot be asked.`,
        remedy: 'Try again. If it stays so, shut the machine down and start it again.',
      };
    case 'cannotResize':
      return {
        code: 'not-supported',
        message: `The SPICE agent in “${name}” cannot change its resolution.`,
        remedy: 'Install a newer spice-vdagent in the guest, or set the resolution there.',
      };
    case 'cannotShare':
      return {
        code: 'not-supported',
        message: `The SPICE agent in “${name}” does not share its clipboard.`,
        remedy: 'Install a newer spice-vdagent in the guest.',
      };
    case 'unsupported':
      return {
        code: 'not-supported',
        message: `The viewer that shows “${name}” does not speak with its SPICE agent.`,
        remedy: 'Choose Innkeeper’s own viewer in Settings → Display, or close that screen.',
      };
    case 'occupied':
      return {
        code: 'busy',
        message: `A SPICE client shows “${name}” and does not offer its agent; a second one would end it.`,
        remedy: 'Try again when the screen has come up, or close that client.',
      };
    case 'viewerSilent':
      return {
        code: 'timeout',
        message: `The viewer that shows “${name}” did not answer.`,
        remedy: 'Reload its page or close it, then try again.',
      };
    case 'gone':
      return {
        code: 'busy',
        message: `A viewer came or went just now, or the SPICE agent in “${name}” started again.`,
        remedy: 'Try again.',
      };
    case 'notGiven':
      return {
        code: 'not-found',
        message: `“${name}” gave no text.`,
        remedy:
          'Copy it in the guest again, up to 1 MiB: its agent forgets what was copied before a viewer left.',
      };
    case 'toGuestTooLarge':
    case 'fromGuestTooLarge':
      return {
        code: 'not-supported',
        message: `The text is too long to cross ${problem === 'toGuestTooLarge' ? 'to' : 'from'} “${name}”.`,
        remedy: 'Up to 1 MiB of text crosses at once. Copy less, or share a file.',
      };
  }
}
