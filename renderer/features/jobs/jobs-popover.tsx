import { X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { Fault } from '../../../backend/contract/fault.ts';
import type { Job } from '../../../backend/contract/job.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { text } from '../../i18n/en.ts';
import { clockTime, duration } from '../../i18n/format.ts';
import { forgetJob, useJobs, useRunningJobs } from '../../stores/jobs.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Popover } from '../../ui/popover.tsx';
import { Progress } from '../../ui/progress.tsx';
import { showFault } from '../../ui/toast.tsx';
import './jobs-popover.css';

const t = text.jobs;

function RunningJob({ job }: { job: Job }): ReactNode {
  const bridge = useBridge();
  const [isCancelling, setCancelling] = useState(false);
  const cancel = async (): Promise<void> => {
    setCancelling(true);
    try {
      await bridge.request('job.cancel', { job: job.id });
    } catch (thrown) {
      setCancelling(false);
      showFault(Fault.from(thrown));
    }
  };
  return (
    <div className="job">
      <div className="job-line">
        <span className="job-title">{job.title}</span>
        {job.cancellable ? (
          <Button
            size="s"
            kind="quiet"
            busy={isCancelling ? t.cancelling : null}
            onPress={() => void cancel()}
          >
            {t.cancel}
          </Button>
        ) : null}
      </div>
      <Progress label={job.step} value={job.progress} />
    </div>
  );
}

function EndedJob({ job }: { job: Job }): ReactNode {
  const { id, title, state, startedAt, endedAt, fault } = job;
  const time = endedAt === null ? '' : ` · ${clockTime(endedAt)}, ${t.took(duration(endedAt - startedAt))}`;
  return (
    <div className="job">
      <div className="job-line">
        <span className="job-title">{title}</span>
        <IconButton
          size="s"
          label={text.common.dismiss}
          icon={<X className="icon" />}
          onPress={() => forgetJob(id)}
        />
      </div>
      {fault === null ? (
        <p className="note">
          {t.states[state]}
          {time}
        </p>
      ) : (
        <ErrorNote fault={fault} />
      )}
    </div>
  );
}

/** '2 jobs' at the foot of the side bar, and what they are. */
export function JobsPopover(): ReactNode {
  const jobs = useJobs();
  const running = useRunningJobs();
  const label = running === 0 ? text.sidebar.noJobs : text.sidebar.jobs(running);
  return (
    <Popover
      title={t.title}
      placement="top start"
      width={380}
      trigger={<AriaButton className="foot-link">{label}</AriaButton>}
    >
      {jobs.length === 0 ? (
        <p className="note">{t.none}</p>
      ) : (
        <div className="jobs">
          {jobs.map((job) =>
            job.state === 'running' ? (
              <RunningJob key={job.id} job={job} />
            ) : (
              <EndedJob key={job.id} job={job} />
            ),
          )}
        </div>
      )}
    </Popover>
  );
}
