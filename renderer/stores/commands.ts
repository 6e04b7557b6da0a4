/** What a part of a machine's page that is open lets a person do, for those who look for it with Ctrl+K. */
export interface OfferedCommand {
  readonly id: string;
  readonly label: string;
  /** Other words that it may be looked for by. */
  readonly also: string;
  /** How it stands now: 'On'. */
  readonly note?: string | undefined;
  /** Why it cannot be done now. */
  readonly disabledReason?: string | null | undefined;
  run(): void;
}

const offers = new Map<string, () => readonly OfferedCommand[]>();

/** While that part of `machine` is open; call what it returns when it is not any more. */
export function offerCommands(machine: string, commands: () => readonly OfferedCommand[]): () => void {
  offers.set(machine, commands);
  return () => {
    if (offers.get(machine) === commands) offers.delete(machine);
  };
}

/** As they stand now. */
export function offeredCommands(machine: string): readonly OfferedCommand[] {
  return offers.get(machine)?.() ?? [];
}
