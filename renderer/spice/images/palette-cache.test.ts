import { expect, test } from 'vitest';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { PaletteCache } from './palette-cache.ts';

test('a palette that was to be kept is found by its id, until it is dropped', () => {
  const cache = new PaletteCache();
  const entries = Uint32Array.of(1, 2, 3);
  cache.resolve({ kind: 'inline', palette: { id: 7n, entries }, cache: true });
  cache.resolve({ kind: 'inline', palette: { id: 8n, entries }, cache: false });
  expect(cache.resolve({ kind: 'cached', id: 7n })).toEqual(entries);
  expect(() => cache.resolve({ kind: 'cached', id: 8n })).toThrow(ProtocolError);
  cache.remove(7n);
  expect(() => cache.resolve({ kind: 'cached', id: 7n })).toThrow(ProtocolError);
});

test('of a palette with more colours than an index can name, no more are kept', () => {
  const cache = new PaletteCache();
  const entries = new Uint32Array(65_535).fill(5);
  cache.resolve({ kind: 'inline', palette: { id: 7n, entries }, cache: true });
  const kept = cache.resolve({ kind: 'cached', id: 7n });
  expect(kept?.buffer.byteLength).toBe(256 * 4);
});
