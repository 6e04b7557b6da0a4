import type { Finding } from '../../contract/host.ts';
import { table } from '../table.ts';
import { defineVerb, type Verb } from '../verb.ts';

const marks = { ok: 'ok', note: 'note', warning: 'warning', problem: 'PROBLEM' } as const satisfies Record<
  Finding['level'],
  string
>;

function findingText(finding: Finding): string {
  const lines = [`${marks[finding.level].padEnd(8)} ${finding.title}`];
  if (finding.text !== '') lines.push(...finding.text.split('\n').map((line) => `         ${line}`));
  if (finding.remedy !== null) lines.push(...finding.remedy.split('\n').map((line) => `         → ${line}`));
  return lines.join('\n');
}

const doctor = defineVerb({
  words: ['doctor'],
  summary: 'Checks what this computer can do for machines; exit code 1 when something stands in the way.',
  args: [],
  options: {},
  run: async (_call, context) => {
    const client = await context.connect();
    const report = await client.request('host.check', { fresh: true });
    const versions = table(report.versions.map((entry) => [entry.name, entry.version]));
    return {
      json: report,
      text: [...report.findings.map(findingText), '', versions].join('\n'),
      exitCode: report.findings.some((finding) => finding.level === 'problem') ? 1 : 0,
    };
  },
});

const jobList = defineVerb({
  words: ['job', 'list'],
  summary: 'Lists long work: what runs and what ended.',
  args: [],
  options: {},
  run: async (_call, context) => {
    const client = await context.connect();
    const { jobs } = await client.request('job.list', {});
    if (jobs.length === 0) return { json: { jobs }, text: 'No jobs.' };
    const rows = jobs.map((job) => [
      job.id,
      job.state,
      job.progress === null ? '' : `${Math.floor(job.progress * 100)} %`,
      job.title,
      job.fault?.message ?? job.step,
    ]);
    return { json: { jobs }, text: table([['ID', 'STATE', 'DONE', 'JOB', 'STEP'], ...rows]) };
  },
});

const jobCancel = defineVerb({
  words: ['job', 'cancel'],
  summary: 'Stops a job.',
  args: [{ name: 'ID', help: "the job, as 'job list' shows it" }],
  options: {},
  run: async ({ args }, context) => {
    const client = await context.connect();
    await client.request('job.cancel', { job: args.ID });
    return { json: { job: args.ID }, text: `Cancelled ${args.ID}.` };
  },
});

export const hostVerbs: readonly Verb[] = [doctor, jobList, jobCancel];
