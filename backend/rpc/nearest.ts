/** Levenshtein distance, with early exit above `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    if (Math.min(...current) > limit) return limit + 1;
    previous = current;
  }
  return previous[b.length] ?? limit + 1;
}

/**
 * The candidates that a mistyped word most likely meant, best first, at most three.
 * 'machine.strat' → ['machine.start', …]
 */
export function nearest(word: string, candidates: Iterable<string>): string[] {
  const typed = word.slice(0, 64).toLowerCase();
  const limit = Math.max(2, Math.floor(typed.length / 3));
  const scored: { candidate: string; score: number }[] = [];
  for (const candidate of candidates) {
    const score = distance(typed, candidate.toLowerCase(), limit);
    if (score <= limit) scored.push({ candidate, score });
    else if (typed.length >= 3 && candidate.toLowerCase().includes(typed))
      scored.push({ candidate, score: limit });
  }
  scored.sort((a, b) => a.score - b.score || a.candidate.localeCompare(b.candidate));
  return scored.slice(0, 3).map((entry) => entry.candidate);
}

/** `'a'`, `'a' or 'b'`, `'a', 'b' or 'c'` */
export function orList(words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`);
  const last = quoted.pop();
  if (last === undefined) return '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}
