import type { Random } from './random.ts';

const LONGEST = 8192;
/** Where readers tend to go wrong: around the ends of each width, and sizes that multiply beyond 32 bits. */
const TELLING = [
  0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 1024, 4096, 16_384, 16_385, 32_767, 32_768,
  65_535, 65_536, 0x00ff_ffff, 0x0400_0000, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fff0, 0xffff_ffff,
] as const;

/** A changed copy of `input`, now and then with a part of `other`. */
export function mutate(input: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(input);
  for (let rounds = 1 + random.next(random.next(4) === 0 ? 12 : 3); rounds > 0; rounds -= 1) {
    bytes = once(bytes, other, random);
  }
  return bytes.length > LONGEST ? bytes.slice(0, LONGEST) : bytes;
}

function once(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const { length } = bytes;
  if (length === 0) return Uint8Array.of(random.next(256));
  const at = random.next(length);
  switch (random.next(10)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.next(8));
      return bytes;
    case 1:
      bytes[at] = random.next(256);
      return bytes;
    case 2:
      bytes[at] = (bytes[at] ?? 0) + random.next(33) - 16;
      return bytes;
    case 3:
    case 4:
      return telling(bytes, at, random);
    case 5: {
      const end = Math.min(length, at + 1 + random.next(random.next(2) === 0 ? 4 : 64));
      return join(bytes.subarray(0, at), bytes.subarray(end));
    }
    case 6: {
      const end = Math.min(length, at + 1 + random.next(64));
      return join(bytes.subarray(0, end), bytes.subarray(at));
    }
    case 7: {
      const extra = Uint8Array.from({ length: 1 + random.next(8) }, () => random.next(256));
      return join(join(bytes.subarray(0, at), extra), bytes.subarray(at));
    }
    case 8: {
      if (other.length === 0) return bytes;
      const from = random.next(other.length);
      const part = other.subarray(from, from + 1 + random.next(other.length));
      const end = random.next(2) === 0 ? at : Math.min(length, at + part.length);
      return join(join(bytes.subarray(0, at), part), bytes.subarray(end));
    }
    default:
      return random.next(3) === 0 ? bytes.slice(0, at) : telling(bytes, at, random);
  }
}

function telling(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  const value = random.pick(TELLING);
  const width = 1 << random.next(3);
  const little = random.next(4) !== 0;
  for (let index = 0; index < width && at + index < bytes.length; index += 1) {
    bytes[at + index] = value >>> (8 * (little ? index : width - 1 - index));
  }
  return bytes;
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
