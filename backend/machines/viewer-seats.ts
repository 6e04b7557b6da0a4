/** Who shows a guest's screen, by the ids that viewers give their SPICE connections. A SPICE server has one client at a time. */
export class ViewerSeats {
  readonly #taken: (viewer: string) => void;
  /** How many connections each has open. */
  readonly #open = new Map<string, number>();
  #holder: string | null = null;

  /** @param taken told of a viewer whose session ends as another one has come. */
  constructor(taken: (viewer: string) => void) {
    this.#taken = taken;
  }

  /** A viewer makes a connection; its first is the one that ends another's session. @returns to be called when it is over. */
  connects(viewer: string): () => void {
    const count = this.#open.get(viewer) ?? 0;
    this.#open.set(viewer, count + 1);
    if (count === 0) {
      const before = this.#holder;
      this.#holder = viewer;
      if (before !== null && before !== viewer && this.#open.has(before)) this.#taken(before);
    }
    return () => {
      const left = (this.#open.get(viewer) ?? 0) - 1;
      if (left > 0) this.#open.set(viewer, left);
      else this.#open.delete(viewer);
    };
  }
}
