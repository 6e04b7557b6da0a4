import type { Rect } from '../protocol/geometry.ts';
import type { MonitorHead } from '../protocol/messages.ts';

/** A monitor of the guest and what it shows of the surface, inside of which it lies. */
export interface MonitorArea {
  /** The guest's own number for it. */
  readonly id: number;
  readonly rect: Rect;
}

/** More than any graphics device gives a guest. */
const MOST_MONITORS = 16;

/**
 * The monitors that show a part of `surface`, by their ids. A head that goes beyond the surface is none of them: where a guest
 * has several graphics devices, x and y are of its whole desktop.
 */
export function monitorAreas(
  heads: readonly MonitorHead[],
  surface: { readonly id: number; readonly width: number; readonly height: number },
): readonly MonitorArea[] {
  const areas = new Map<number, MonitorArea>();
  for (const { monitorId, surfaceId, x, y, width, height } of heads) {
    const rect = { left: x, top: y, right: x + width, bottom: y + height };
    const isInside = rect.right <= surface.width && rect.bottom <= surface.height;
    if (surfaceId !== surface.id || width === 0 || height === 0 || !isInside) continue;
    if (!areas.has(monitorId)) areas.set(monitorId, { id: monitorId, rect });
    if (areas.size === MOST_MONITORS) break;
  }
  return [...areas.values()].sort((one, other) => one.id - other.id);
}
