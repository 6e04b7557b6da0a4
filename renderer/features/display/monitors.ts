/** One of the guest's monitors by its id, or all of them as they lie beside each other. */
export type MonitorChoice = number | 'all';

/** The guest's monitors on its one screen. */
export interface Monitors {
  /** In their order; none where there is nothing to choose, as a single one fills the screen. */
  readonly ids: readonly number[];
  readonly shown: MonitorChoice;
}

export const NO_MONITORS: Monitors = { ids: [], shown: 'all' };
