import { expect, test } from 'vitest';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { clipRegion, type Region } from './region.ts';
import { SpanList } from './span-list.ts';

const side = 16_000;

/** Columns two pixels apart, as high as the screen. */
function columns(count: number): Region {
  const clip = Array.from({ length: count }, (_, i) => ({
    left: i * 2,
    top: 0,
    right: i * 2 + 1,
    bottom: side,
  }));
  return clipRegion({ left: 0, top: 0, right: side, bottom: side }, clip, side, side);
}

/** A region that counts how many numbers of its boxes are read. */
function counting(region: Region): { readonly region: Region; reads: number } {
  const counted = { region, reads: 0 };
  const boxes = new Proxy(region.boxes, {
    get(numbers, key) {
      counted.reads += 1;
      return Reflect.get(numbers, key, numbers) as unknown;
    },
  });
  return Object.assign(counted, { region: { ...region, boxes } });
}

test('a short run in a band of thousands of boxes looks at few of them', () => {
  for (const x of [0, 4001, 9000, side - 10]) {
    for (const paint of ['paint', 'paintLine'] as const) {
      const counted = counting(columns(5000));
      const spans = new SpanList();
      spans.add(x, 7, 9);
      const drawn: number[] = [];
      spans[paint](counted.region, { rect: (x1, y1, x2, y2) => drawn.push(x1, y1, x2, y2) });
      const wanted = Array.from({ length: 9 }, (_, i) => x + i)
        .filter((at) => at % 2 === 0 && at < 10_000)
        .flatMap((at) => [at, 7, at + 1, 8]);
      expect(drawn).toEqual(wanted);
      expect(counted.reads).toBeLessThan(100);
    }
  }
});

test('runs that are kept, and pieces that they are cut into, are limited', () => {
  const nothing = { rect: () => undefined };
  const many = new SpanList();
  const fill = (): void => {
    for (let i = 0; i < 4_000_001; i++) many.add(0, i, 1);
  };
  expect(fill).toThrow(ProtocolError);
  const wide = new SpanList(20_000);
  for (let y = 0; y < 5; y++) wide.add(0, y, side);
  wide.paint(columns(3000), nothing);
  expect(() => wide.paint(columns(8000), nothing)).toThrow(ProtocolError);
});
