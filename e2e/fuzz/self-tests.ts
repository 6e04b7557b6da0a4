// Targets that misbehave on purpose, to see that fuzzing notices. Only run by name.
import type { Target } from './target.ts';

const hoard: Uint8Array[] = [];

const hang: Target = {
  name: 'self-test-hang',
  seeds: () => [Uint8Array.of(1, 2, 3)],
  run: (input) => {
    while (input[0] !== 1) {
      // Until it is ended.
    }
    return undefined;
  },
};

const hog: Target = {
  name: 'self-test-hog',
  seeds: () => [new Uint8Array(16)],
  run: () => {
    // Written to, or the system would not count it.
    hoard.push(new Uint8Array(4 * 1024 * 1024).fill(1));
    return undefined;
  },
};

const crash: Target = {
  name: 'self-test-crash',
  seeds: () => [new Uint8Array(16)],
  run: (input) => {
    if (input.length > 16) throw new TypeError('it went wrong');
    return undefined;
  },
};

export const selfTests: readonly Target[] = [hang, hog, crash];
