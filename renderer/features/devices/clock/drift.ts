const DAY_MS = 86_400_000;

/** '+0.4', '−1250': with a sign, one decimal below 10 ms; days or more only to the second. */
export function signedMs(ms: number): string {
  const size = Math.abs(ms);
  const digits = size < 10 ? size.toFixed(1) : Math.round(size >= DAY_MS ? size / 1000 : size).toString();
  const shown = size >= DAY_MS ? `${digits}000` : digits;
  if (Number(shown) === 0) return '0';
  return `${ms < 0 ? '−' : '+'}${shown}`;
}

/** How far a reading may be off: never less than what is drawn. */
export function spreadMs(ms: number): string {
  return ms < 10 ? (Math.ceil(ms * 10) / 10).toString() : Math.ceil(ms).toString();
}
