/** One measurement, as scripts/bench.mjs reads it from standard output. */
export interface Row {
  readonly what: string;
  readonly ours: number;
  /** Null where there is nothing to compare with. */
  readonly peer: number | null;
  readonly unit: string;
  readonly peerName?: string;
  readonly aim?: string;
}

/** Throws for what is no number: JSON has none for it. */
export function report(row: Row): void {
  if (!Number.isFinite(row.ours) || !Number.isFinite(row.peer ?? 0)) {
    throw new Error(`${row.what} was not measured: ${row.ours} and ${row.peer}`);
  }
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

/** For whoever watches. */
export function note(text: string): void {
  process.stderr.write(`   ${text}\n`);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const [high, low] = [sorted[middle], sorted[sorted.length % 2 === 0 ? middle - 1 : middle]];
  if (high === undefined || low === undefined) throw new Error('a median of nothing');
  return (high + low) / 2;
}
