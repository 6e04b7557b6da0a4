/** Machines whose screen is open here, with the canvas that shows it. */
const live = new Map<string, () => HTMLCanvasElement | null>();

/** While the screen of `machine` is shown live; call what it returns when it is not any more. */
export function offerPicture(machine: string, canvas: () => HTMLCanvasElement | null): () => void {
  live.set(machine, canvas);
  return () => {
    if (live.get(machine) === canvas) live.delete(machine);
  };
}

/** The screen as it is shown here now, made at most `width` pixels wide, as a PNG's data: URL; null: not shown here. */
export function livePicture(machine: string, width: number): string | null {
  const shown = live.get(machine)?.() ?? null;
  if (shown === null || shown.width === 0 || shown.height === 0) return null;
  const small = document.createElement('canvas');
  small.width = Math.min(width, shown.width);
  small.height = Math.max(1, Math.round((shown.height * small.width) / shown.width));
  const context = small.getContext('2d', { alpha: false });
  if (context === null) return null;
  context.imageSmoothingQuality = 'high';
  context.drawImage(shown, 0, 0, small.width, small.height);
  return small.toDataURL();
}
