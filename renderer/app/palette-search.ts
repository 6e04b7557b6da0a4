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

/** What can be found: by its name, or less well by other words for it. */
export interface Findable {
  readonly label: string;
  readonly also?: string | undefined;
}

/** As `score`; another word for a thing counts less than any name. */
export function answer(query: string, { label, also }: Findable): number {
  const points = score(query, label);
  return points === 0 && also !== undefined && score(query, `${label} ${also}`) > 0 ? 0.5 : points;
}

/** The best of many, best first, at most `limit`; equals keep their order. */
export function best<T extends Findable>(items: readonly T[], query: string, limit: number): T[] {
  return items
    .map((item) => ({ item, points: answer(query, item) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .slice(0, limit)
    .map(({ item }) => item);
}
