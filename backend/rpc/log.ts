export type LogLevel = 'info' | 'warning' | 'error';
export type Log = (level: LogLevel, what: string, facts?: Readonly<Record<string, unknown>>) => void;

/** `2026-01-31T12:00:00.000Z info listening socket="/run/…/backend.sock"` */
export function logLine(
  at: Date,
  level: LogLevel,
  what: string,
  facts: Readonly<Record<string, unknown>> = {},
): string {
  const pairs = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `${at.toISOString()} ${level} ${what}${pairs.join('')}\n`;
}

/** Writes log lines to standard error. */
export const logToStderr: Log = (level, what, facts) => {
  process.stderr.write(logLine(new Date(), level, what, facts));
};
