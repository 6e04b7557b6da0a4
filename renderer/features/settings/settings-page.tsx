import type { ReactNode } from 'react';
import { text } from '../../i18n/en.ts';
import { useConnection } from '../../stores/connection.ts';
import {
  setTheme,
  setViewerKind,
  themes,
  useTheme,
  useViewerKind,
  viewerKinds,
} from '../../stores/settings.ts';
import { Card, CardColumn, CardGrid } from '../../ui/card.tsx';
import { Choices } from '../../ui/choices.tsx';
import { Page } from '../../ui/page.tsx';
import { HostKeys } from './host-keys.tsx';
import './settings-page.css';

const t = text.settings;

export interface Shortcut {
  readonly label: string;
  readonly keys: string;
}

/** @param shortcuts what the app listens for; it knows, so it tells. */
export function SettingsPage({ shortcuts }: { shortcuts: readonly Shortcut[] }): ReactNode {
  const theme = useTheme();
  const viewer = useViewerKind();
  const { backEnd } = useConnection();
  return (
    <Page title={t.title}>
      <CardGrid>
        <CardColumn span={6}>
          <Card title={t.appearance}>
            <Choices
              label={t.theme}
              value={theme}
              onChange={setTheme}
              options={themes.map((value) => ({ value, label: t.themes[value] }))}
            />
            <p className="note">{t.themeNote}</p>
          </Card>
          <Card title={t.display}>
            <Choices
              label={t.viewer}
              value={viewer}
              onChange={setViewerKind}
              options={viewerKinds.map((value) => ({ value, label: t.viewers[value] }))}
            />
            <p className="note">{t.viewerNote}</p>
            <HostKeys />
          </Card>
          {backEnd === null ? null : (
            <Card title={t.about}>
              <p>
                {text.common.appName} {backEnd.version}
              </p>
            </Card>
          )}
        </CardColumn>
        <Card title={t.shortcuts} span={6}>
          <ul className="shortcuts">
            {shortcuts.map(({ label, keys }) => (
              <li key={label}>
                <span>{label}</span>
                <kbd className="keys">{keys}</kbd>
              </li>
            ))}
          </ul>
        </Card>
      </CardGrid>
    </Page>
  );
}
