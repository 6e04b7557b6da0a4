/** How well a name answers a query: higher is better, 0 is not at all. Words may be in any order. */
export function score(query: string, name: string): number {
  const wanted = query.trim().toLocaleLowerCase();
  if (wanted === '') return 1;
  const given = name.toLocaleLowerCase();
  if (given === wanted) return 5;
  if (given.startsWith(wanted)) return 4;
  const parts = wanted.split(/\s+/);
  if (!parts.every((part) => given.includes(part))) return 0;
  const words = given.split(/[\s\-_.]+/);
  return parts.every((part) => words.some((word) => word.startsWith(part))) ? 3 : 2;
}

/** The best of many, best first, at most `limit`; equals keep their order. */
export function best<T>(items: readonly T[], query: string, nameOf: (item: T) => string, limit: number): T[] {
  return items
    .map((item) => ({ item, points: score(query, nameOf(item)) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .slice(0, limit)
    .map(({ item }) => item);
}
