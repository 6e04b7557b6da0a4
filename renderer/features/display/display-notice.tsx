import { MoonStar, Pause, Play, Power, TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { text } from '../../i18n/en.ts';
import { clockTime } from '../../i18n/format.ts';
import { useTold } from '../../stores/now.ts';
import { navigate } from '../../stores/route.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import type { ViewerState } from './viewer.ts';
import { words } from './words.ts';

interface NoticeProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

function Notice({ icon, title, children, action }: NoticeProps): ReactNode {
  return (
    <div className="display-notice">
      <span className="display-notice-icon" aria-hidden="true">
        {icon}
      </span>
      <p className="display-notice-title">{title}</p>
      {children}
      {action}
    </div>
  );
}

function StartNotice({ machine, oldSince }: { machine: MachineView; oldSince: number | null }): ReactNode {
  const start = useRequest('machine.start');
  const { name, state } = machine;
  const isCrash = state === 'crashed';
  const title = isCrash
    ? words.crashed(name)
    : state === 'saved'
      ? words.isSaved(name)
      : oldSince === null
        ? words.isOff(name)
        : words.wentOff(name);
  const about =
    state === 'saved'
      ? words.savedText
      : oldSince === null
        ? words.offText
        : words.wentOffText(clockTime(oldSince));
  return (
    <Notice
      icon={isCrash ? <TriangleAlert className="icon" /> : <Power className="icon" />}
      title={title}
      action={
        <div className="display-notice-actions">
          <Button
            kind="primary"
            icon={<Play className="icon" />}
            busy={start.isBusy ? words.starting : null}
            disabledReason={
              machine.can.includes('start') ? null : (machine.fault?.message ?? words.cannotNow(state))
            }
            onPress={() => void start.send({ machine: machine.id })}
          >
            {words.start}
          </Button>
          {isCrash ? (
            <Button onPress={() => navigate({ page: 'machine', id: machine.id, tab: 'log' })}>
              {text.machine.openLog}
            </Button>
          ) : null}
        </div>
      }
    >
      {isCrash && machine.fault !== null ? (
        <ErrorNote fault={machine.fault} />
      ) : (
        <p className="note">{about}</p>
      )}
      {start.fault === null ? null : <ErrorNote fault={start.fault} onDismiss={start.dismiss} />}
    </Notice>
  );
}

function ResumeNotice({ machine }: { machine: MachineView }): ReactNode {
  const resume = useRequest('machine.resume');
  const isAsleep = machine.state === 'suspended';
  return (
    <Notice
      icon={isAsleep ? <MoonStar className="icon" /> : <Pause className="icon" />}
      title={isAsleep ? words.asleep(machine.name) : words.paused(machine.name)}
      action={
        machine.can.includes('resume') ? (
          <Button
            kind="primary"
            icon={<Play className="icon" />}
            busy={resume.isBusy ? words.resuming : null}
            onPress={() => void resume.send({ machine: machine.id })}
          >
            {isAsleep ? words.wake : words.resume}
          </Button>
        ) : null
      }
    >
      {resume.fault === null ? null : <ErrorNote fault={resume.fault} onDismiss={resume.dismiss} />}
    </Notice>
  );
}

interface WaitNoticeProps {
  readonly name: string;
  readonly viewer: ViewerState;
  readonly isBeginning: boolean;
}

/** Milliseconds without a picture after which it is worth a word: a screen mostly comes within a tenth of a second. */
const SLOW_MS = 1000;

/** From the first try on, until there is a picture. A machine that starts says so at once. */
function WaitNotice({ name, viewer, isBeginning }: WaitNoticeProps): ReactNode {
  const [since] = useState(Date.now);
  const isSlow = useTold(250, (now) => now - since >= SLOW_MS);
  if (isBeginning && (!isSlow || viewer.phase === 'connecting'))
    return <p className="display-chip">{words.startingText(name)}</p>;
  if (!isSlow) return null;
  if (viewer.phase === 'connecting') return <p className="display-chip">{words.connecting}</p>;
  return (
    <Notice icon={<TriangleAlert className="icon" />} title={words.unreachable(name)}>
      {viewer.reason === null ? null : <p className="note">{viewer.reason}</p>}
      <p className="note">{words.unreachableText}</p>
    </Notice>
  );
}

export interface DisplayNoticeProps {
  readonly machine: MachineView;
  readonly viewer: ViewerState;
  /** The machine has begun a run that there is no picture of yet. */
  readonly isBeginning: boolean;
  readonly onReconnect: () => void;
}

/** What stands over the picture when the picture is not the guest's screen of now. Null: nothing to say. */
export function DisplayNotice(props: DisplayNoticeProps): ReactNode {
  const { machine, viewer, isBeginning, onReconnect } = props;
  switch (machine.state) {
    case 'stopped':
    case 'crashed':
    case 'saved':
      return <StartNotice machine={machine} oldSince={viewer.oldSince} />;
    case 'paused':
    case 'suspended':
      return <ResumeNotice machine={machine} />;
    case 'starting':
      return <p className="display-chip">{words.startingText(machine.name)}</p>;
    case 'stopping':
    case 'saving':
      return <p className="display-chip">{machine.state === 'saving' ? words.saving : words.stopping}</p>;
    case 'running':
      break;
    default:
      return machine.state satisfies never;
  }
  if (viewer.phase === 'taken') {
    return (
      <Notice
        icon={<TriangleAlert className="icon" />}
        title={words.taken}
        action={
          <Button kind="primary" onPress={onReconnect}>
            {words.showHere}
          </Button>
        }
      >
        <p className="note">{words.takenText}</p>
      </Notice>
    );
  }
  if (viewer.phase === 'garbled' || viewer.phase === 'failed') {
    const isOurs = viewer.phase === 'failed';
    return (
      <Notice
        icon={<TriangleAlert className="icon" />}
        title={isOurs ? words.failed : words.garbled}
        action={
          <Button kind="primary" onPress={onReconnect}>
            {words.tryAgain}
          </Button>
        }
      >
        <p className="note">
          {isOurs ? words.failedText : words.garbledText} {viewer.reason}
        </p>
        <p className="note">{isOurs ? words.failedRemedy : words.garbledRemedy}</p>
      </Notice>
    );
  }
  if (viewer.oldSince === null && (viewer.phase === 'connecting' || viewer.phase === 'unreachable')) {
    return <WaitNotice key={machine.id} name={machine.name} viewer={viewer} isBeginning={isBeginning} />;
  }
  if (viewer.phase === 'silent' && viewer.oldSince !== null) {
    return <p className="display-chip">{words.silent(machine.name, clockTime(viewer.oldSince))}</p>;
  }
  if (viewer.oldSince !== null && viewer.phase !== 'live') {
    return <p className="display-chip">{words.lost(clockTime(viewer.oldSince))}</p>;
  }
  return null;
}
