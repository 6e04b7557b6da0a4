import { create } from 'zustand';
import type { Job } from '../../backend/contract/job.ts';

interface Jobs {
  /** Newest first. */
  readonly list: readonly Job[];
}

export const jobsStore = create<Jobs>()(() => ({ list: [] }));

function newestFirst(a: Job, b: Job): number {
  return b.startedAt - a.startedAt;
}

export function putAllJobs(jobs: readonly Job[]): void {
  jobsStore.setState({ list: [...jobs].sort(newestFirst) });
}

export function putJob(job: Job): void {
  jobsStore.setState(({ list }) => ({
    list: [job, ...list.filter(({ id }) => id !== job.id)].sort(newestFirst),
  }));
}

/** Takes an ended job off the list of this page. */
export function forgetJob(id: string): void {
  jobsStore.setState(({ list }) => ({ list: list.filter((job) => job.id !== id) }));
}

export function useJobs(): readonly Job[] {
  return jobsStore(({ list }) => list);
}

export function useRunningJobs(): number {
  return jobsStore(({ list }) => list.filter(({ state }) => state === 'running').length);
}
