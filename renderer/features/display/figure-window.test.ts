import { expect, test } from 'vitest';
import { FigureWindow } from './figure-window.ts';
import type { SessionFigures } from './guest-session.ts';

function figures(bytesIn: number, frames: number, quic: number, lz: number, video = 0): SessionFigures {
  return {
    bytesIn,
    frames,
    drawing: {
      pixels: [
        ['quic', quic],
        ['lz', lz],
      ],
      videoShown: video,
      videoSkipped: 0,
      drawing: { median: 3, p95: 9 },
      answers: null,
    },
  };
}

test('rates are of the last second, shares of the last five', () => {
  const window = new FigureWindow();
  expect(window.add(figures(0, 0, 0, 0), 0)).toBeNull();
  window.add(figures(1000, 10, 300, 0), 1000);
  const now = window.add(figures(4000, 40, 300, 100, 50), 2000);
  expect(now).toMatchObject({ framesPerSecond: 30, bytesPerSecond: 3000 });
  expect(now?.drawing).toEqual({
    mix: [
      { source: 'quic', share: 0.75 },
      { source: 'lz', share: 0.25 },
    ],
    video: { shown: 25, skipped: 0 },
    drawing: { median: 3, p95: 9 },
    answers: null,
  });
  for (const at of [3000, 4000, 5000, 6000]) window.add(figures(4000, 40, 300, 100, 50), at);
  const later = window.add(figures(4000, 40, 300, 120, 50), 7001);
  expect(later?.drawing).toMatchObject({ mix: [{ source: 'lz', share: 1 }], video: null });
});

test('a new session begins anew, and a client that does not look into it has no mix', () => {
  const window = new FigureWindow();
  window.add(figures(5000, 50, 10, 0), 0);
  expect(window.add(figures(10, 1, 1, 0), 1000)).toBeNull();
  const plain = new FigureWindow();
  plain.add({ bytesIn: 0, frames: 0 }, 0);
  expect(plain.add({ bytesIn: 10, frames: 1 }, 1000)).toEqual({
    framesPerSecond: 1,
    bytesPerSecond: 10,
    drawing: null,
  });
});
