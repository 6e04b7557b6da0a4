/** A message that stands there. */
export interface Standing {
  readonly key: string;
  /** What it is about: a newer message about the same takes its place. */
  readonly about: string;
  readonly isBad: boolean;
  /** It offers something to do, such as taking back what was done. */
  readonly canAct: boolean;
}

/** Most messages that stand at once: more would cover what they are about. */
export const MOST_TOASTS = 3;
/** Errors stay until they are closed, so fewer of them may stand. */
export const MOST_ERRORS = 2;

/** The keys of those that make way for a new message; `standing` has the oldest first. */
export function makeWay(standing: readonly Standing[], next: Pick<Standing, 'about' | 'isBad'>): string[] {
  const gone = new Set<Standing>(standing.filter(({ about }) => about === next.about));
  const dropOldest = (of: readonly Standing[], most: number) => {
    const left = of.filter((one) => !gone.has(one));
    for (const one of left.slice(0, Math.max(0, left.length + 1 - most))) gone.add(one);
  };
  if (next.isBad)
    dropOldest(
      standing.filter(({ isBad }) => isBad),
      MOST_ERRORS,
    );
  // What can still be acted on goes last.
  dropOldest(
    [...standing.filter(({ canAct }) => !canAct), ...standing.filter(({ canAct }) => canAct)],
    MOST_TOASTS,
  );
  return standing.filter((one) => gone.has(one)).map(({ key }) => key);
}
