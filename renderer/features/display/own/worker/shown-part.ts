import type { Surface } from '../../../../spice/canvas/surface.ts';
import { monitorAreas } from '../../../../spice/channels/monitor-areas.ts';
import type { Rect } from '../../../../spice/protocol/geometry.ts';
import type { MonitorHead } from '../../../../spice/protocol/messages.ts';
import { type MonitorChoice, type Monitors, NO_MONITORS } from '../../monitors.ts';
import type { Size } from '../../scaling.ts';

export type ShownSurface = Pick<Surface, 'id' | 'width' | 'height'>;

export interface ShownPartEvents<Shown extends ShownSurface> {
  /** Shows this part of this surface from now on. */
  show(surface: Shown, area: Rect): void;
  /** The guest is between two modes. */
  gone(): void;
  monitors(monitors: Monitors): void;
}

/**
 * Which part of the guest's screen is shown: that of its first monitor, or what the person chose; all of it where the guest
 * says nothing of monitors.
 */
export class ShownPart<Shown extends ShownSurface> {
  readonly #events: ShownPartEvents<Shown>;
  #surface: Shown | null = null;
  #area: Rect | null = null;
  #heads: readonly MonitorHead[] = [];
  /** The surface that they were told of; null: of the next. */
  #headsOf: Size | null = null;
  /** Also while that monitor is away. */
  #choice: MonitorChoice | null = null;
  #told = NO_MONITORS;

  constructor(events: ShownPartEvents<Shown>) {
    this.#events = events;
  }

  setSurface(surface: Shown | null): void {
    this.#surface = surface;
    this.#area = null;
    if (surface === null) {
      this.#events.gone();
      return;
    }
    // Servers tell of a surface's monitors after it: until then the old ones would cut a piece out of it.
    if (this.#headsOf !== null && !isSameSize(this.#headsOf, surface)) this.#heads = [];
    this.#headsOf = surface;
    this.#update(surface);
  }

  setHeads(heads: readonly MonitorHead[]): void {
    this.#heads = heads;
    this.#headsOf = this.#surface;
    if (this.#surface !== null) this.#update(this.#surface);
  }

  choose(choice: MonitorChoice): void {
    this.#choice = choice;
    if (this.#surface !== null) this.#update(this.#surface);
  }

  #update(surface: Shown): void {
    const whole = { left: 0, top: 0, right: surface.width, bottom: surface.height };
    const monitors = monitorAreas(this.#heads, surface);
    // QEMU tells of no more monitors than `max_outputs`: beside a single one there may be others.
    const hasChoice = monitors.length > 1 || monitors.some(({ rect }) => !isSameRect(rect, whole));
    const choice = hasChoice ? this.#choice : null;
    const one = choice === 'all' ? undefined : (monitors.find(({ id }) => id === choice) ?? monitors[0]);
    const area = one?.rect ?? whole;
    if (this.#area === null || !isSameRect(this.#area, area)) {
      this.#area = area;
      this.#events.show(surface, area);
    }
    const told = hasChoice
      ? { ids: monitors.map(({ id }) => id), shown: one?.id ?? ('all' as const) }
      : NO_MONITORS;
    if (isSameMonitors(this.#told, told)) return;
    this.#told = told;
    this.#events.monitors(told);
  }
}

function isSameSize(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}

function isSameRect(one: Rect, other: Rect): boolean {
  return (
    one.left === other.left &&
    one.top === other.top &&
    one.right === other.right &&
    one.bottom === other.bottom
  );
}

function isSameMonitors(one: Monitors, other: Monitors): boolean {
  return one.shown === other.shown && one.ids.join() === other.ids.join();
}
