import { CircleAlert, CircleCheck, FolderOpen, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Finding, HostReport } from '../../../backend/contract/host.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { text } from '../../i18n/en.ts';
import { bytes } from '../../i18n/format.ts';
import { useConnection } from '../../stores/connection.ts';
import { checkHost, useHost } from '../../stores/host.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card, CardColumn, CardGrid } from '../../ui/card.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Figure, Figures } from '../../ui/figure.tsx';
import { Page } from '../../ui/page.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { splitRemedy } from './remedy.ts';
import './host-page.css';

const t = text.host;

const levelIcons = {
  ok: <CircleCheck className="icon" aria-hidden="true" />,
  note: <Info className="icon" aria-hidden="true" />,
  warning: <TriangleAlert className="icon" aria-hidden="true" />,
  problem: <CircleAlert className="icon" aria-hidden="true" />,
} as const satisfies Record<Finding['level'], ReactNode>;

const gravity = { problem: 0, warning: 1, note: 2, ok: 3 } as const satisfies Record<
  Finding['level'],
  number
>;

function Remedy({ remedy }: { remedy: string }): ReactNode {
  return splitRemedy(remedy).map((part) =>
    part.kind === 'text' ? (
      <p key={part.text} className="finding-remedy">
        {part.text}
      </p>
    ) : (
      <div key={part.text} className="command">
        <code>{part.text}</code>
        <CopyButton label={t.copyCommand} text={part.text} />
      </div>
    ),
  );
}

function Findings({ findings }: { findings: readonly Finding[] }): ReactNode {
  const sorted = [...findings].sort((a, b) => gravity[a.level] - gravity[b.level]);
  return (
    <ul className="findings">
      {sorted.map((finding) => (
        <li key={finding.id} className={`finding finding-${finding.level}`}>
          {levelIcons[finding.level]}
          <div className="finding-words">
            <p className="finding-title">
              {finding.title}
              <span className="visually-hidden">. {t.levels[finding.level]}</span>
            </p>
            <p className="finding-text">{finding.text}</p>
            {finding.remedy === null ? null : <Remedy remedy={finding.remedy} />}
          </div>
          {finding.level === 'ok' ? null : (
            <span className="finding-level" aria-hidden="true">
              {t.levels[finding.level]}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Memory({ report }: { report: HostReport }): ReactNode {
  const { figures } = useHost();
  const total = bytes(report.memoryTotalBytes);
  const free = figures === null ? null : bytes(figures.memoryAvailableBytes);
  const held =
    figures === null ? null : bytes(figures.machines.reduce((sum, one) => sum + one.residentBytes, 0));
  return (
    <Figures>
      <Figure label={t.total} value={total.value} unit={total.unit} width={9} />
      <Figure label={t.free} value={free?.value ?? null} unit={free?.unit} width={9} />
      <Figure label={t.machinesHold} value={held?.value ?? null} unit={held?.unit} width={10} />
      <Figure label={t.cpus} value={String(report.cpus)} />
    </Figures>
  );
}

function Versions({ report }: { report: HostReport }): ReactNode {
  const { backEnd } = useConnection();
  const rows = [
    ...(backEnd === null ? [] : [{ name: t.innkeeper, version: backEnd.version }]),
    ...report.versions.filter(({ name }) => name !== t.innkeeper),
  ];
  return (
    <table className="pairs">
      <tbody>
        {rows.map(({ name, version }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{version}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Folders({ folders }: { folders: HostReport['folders'] }): ReactNode {
  const bridge = useBridge();
  const names = ['data', 'runtime', 'cache', 'settings'] as const;
  return (
    <ul className="folders">
      {names.map((name) => (
        <li key={name}>
          <span className="note">{t.folderNames[name]}</span>
          <code title={folders[name]}>{folders[name]}</code>
          {bridge.showInFolder === null ? (
            <CopyButton label={t.copyPath} text={folders[name]} />
          ) : (
            <IconButton
              size="s"
              label={text.log.show}
              icon={<FolderOpen className="icon" />}
              onPress={() => bridge.showInFolder?.(folders[name])}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

/** What this computer can do for machines, and what to do where it cannot. */
export function HostPage(): ReactNode {
  const bridge = useBridge();
  const { report, isChecking, fault } = useHost();
  const check = (): void => void checkHost(bridge, true);
  return (
    <Page
      title={t.title}
      actions={
        <Button busy={isChecking ? t.checking : null} onPress={check}>
          {t.check}
        </Button>
      }
    >
      <CardGrid>
        {fault === null ? null : (
          <div className="host-fault">
            <ErrorNote fault={fault} onRetry={check} />
          </div>
        )}
        <Card title={t.findings} span={7}>
          {report === null ? <Skeleton height={280} /> : <Findings findings={report.findings} />}
        </Card>
        <CardColumn span={5}>
          <Card title={t.memory} span={12}>
            {report === null ? <Skeleton height={44} /> : <Memory report={report} />}
          </Card>
          <Card title={t.versions} span={12}>
            {report === null ? <Skeleton height={120} /> : <Versions report={report} />}
          </Card>
          <Card title={t.folders} span={12}>
            {report === null ? <Skeleton height={120} /> : <Folders folders={report.folders} />}
          </Card>
        </CardColumn>
      </CardGrid>
    </Page>
  );
}
