/** Round memory sizes from 128 MiB up to what the host has, three a doubling at most: 128, 192, 256, 384, 512, 768, 1024 … */
export function memoryStops(maxMiB: number): number[] {
  const stops: number[] = [];
  for (let size = 128; size <= maxMiB; size *= 2) {
    stops.push(size);
    if (size * 1.5 <= maxMiB) stops.push(size * 1.5);
  }
  return stops.length > 1 ? stops : [128, 256];
}

/** The place of the stop nearest to a size, so that an exact size from the field still shows on the slider. */
export function nearestStop(stops: readonly number[], sizeMiB: number): number {
  let nearest = 0;
  stops.forEach((stop, place) => {
    const best = stops[nearest] ?? stop;
    if (Math.abs(stop - sizeMiB) < Math.abs(best - sizeMiB)) nearest = place;
  });
  return nearest;
}
