/** The largest step of 64, 32 … 1 MiB that lands on both ends of the slider. */
export function sliderStep(floorMiB: number, sizeMiB: number): number {
  const span = sizeMiB - floorMiB;
  // A step is a hundredth of the way at most, so that a key press stays a small change.
  const coarsest = Math.max(1, span / 50);
  for (let step = 64; step > 1; step /= 2) {
    if (step <= coarsest && span % step === 0) return step;
  }
  return 1;
}

/** QEMU rounds a balloon to the guest's pages; closer than this the target is reached, MiB. */
const NEAR_MIB = 1;

/** Whether the guest is still on its way to what was asked of its balloon. */
export function isMoving(targetMiB: number | null, actualMiB: number | null): boolean {
  return targetMiB !== null && actualMiB !== null && Math.abs(targetMiB - actualMiB) > NEAR_MIB;
}
