import type { CSSProperties } from 'react';

/** What a card, an icon or a chart is about; each has one colour everywhere (tokens.css, --c-*). */
export type Kind = 'net' | 'disk' | 'mem' | 'rng' | 'ser' | 'clk' | 'gfx' | 'cpu';

/** Sets `--kind` for a part and everything in it. */
export function kindStyle(kind: Kind | undefined): CSSProperties {
  return kind === undefined ? {} : ({ '--kind': `var(--c-${kind})` } as CSSProperties);
}

/**
 * A token as a colour that a canvas or a terminal understands, in the theme of now ('rgb(31, 111, 92)').
 * Tokens are `light-dark()` pairs, so their raw value cannot be read off the style.
 */
export function readColour(token: `--${string}`, on: Element = document.documentElement): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  on.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
