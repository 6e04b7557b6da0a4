import { UsageError } from './verb.ts';

const unitBytes: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const SIZE = /^(\d{1,15}(?:\.\d{1,6})?)\s?([KMGT])(?:i?B)?$/i;

/**
 * `512M`, `2G`, `64MiB`, `1.5GB` → bytes; K, M, G and T are powers of 1024. Null when it is not a size with a unit: a number
 * alone could be anything.
 */
export function parseSize(text: string): number | null {
  const match = SIZE.exec(text.trim());
  if (match === null) return null;
  const [, number = '', unit = ''] = match;
  const bytes = Number(number) * (unitBytes[unit.toUpperCase()] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** `--memory 512M` → 512. Throws UsageError. */
export function parseMiB(text: string, what: string): number {
  const bytes = parseSize(text);
  if (bytes === null) {
    throw new UsageError(
      `${what} '${text}' is not a size.`,
      'Give a number with a unit, for example 512M or 2G.',
    );
  }
  const mib = bytes / 2 ** 20;
  if (!Number.isInteger(mib)) {
    throw new UsageError(
      `${what} '${text}' is not a whole number of MiB.`,
      'Give it in M, for example 512M.',
    );
  }
  return mib;
}

/** `--cpus 2` → 2. Throws UsageError. */
export function parseCount(text: string, what: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${what} '${text}' is not a whole number.`);
  return Number(text);
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `60s`, `500ms`, `2m`, `1h`, `60` (seconds) → milliseconds. Throws UsageError. */
export function parseDuration(text: string, what: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text.trim());
  const ms = match === null ? 0 : Number(match[1]) * (unitMs[match[2] ?? 's'] ?? 0);
  if (ms < 1) throw new UsageError(`${what} '${text}' is not a time.`, 'Give for example 60s, 500ms or 2m.');
  return Math.round(ms);
}

/** 1536 MiB → `1.5 GiB`; for people. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toFixed(value < 10 ? 1 : 0))} ${units[unit]}`;
}
