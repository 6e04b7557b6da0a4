import type { Random } from './random.ts';

const LONGEST = 8192;
/** Where readers tend to go wrong: around the ends of each width, and sizes that multiply beyond 32 bits. */
const TELLING = [
  0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 1024, 4096, 16_384, 16_385, 32_767, 32_768,
  65_535, 65_536, 0x00ff_ffff, 0x0400_0000, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fff0, 0xffff_ffff,
] as const;

/**
 * A changed copy of `input`, now and then with a part of `other`.
 * @param recordHead where both are lists of records (Target.recordHead): most changes then keep them so
 */
export function mutate(
  input: Uint8Array,
  other: Uint8Array,
  random: Random,
  recordHead: number | undefined,
): Uint8Array {
  if (recordHead !== undefined && random.next(8) !== 0) {
    const records = changeRecords(split(input, recordHead), split(other, recordHead), random, recordHead);
    return clipped(concat(records));
  }
  return clipped(mutateBytes(input, other, random));
}

function clipped(bytes: Uint8Array): Uint8Array {
  return bytes.length > LONGEST ? bytes.slice(0, LONGEST) : bytes;
}

function mutateBytes(input: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = input.slice();
  for (let rounds = 1 + random.next(random.next(4) === 0 ? 12 : 3); rounds > 0; rounds -= 1) {
    bytes = once(bytes, other, random);
  }
  return bytes;
}

/** The last record may be cut short. */
function split(bytes: Uint8Array, head: number): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at + head] ?? 0) | ((bytes[at + head + 1] ?? 0) << 8);
    records.push(bytes.subarray(at, at + head + 2 + length));
    at += head + 2 + length;
  }
  return records;
}

function changeRecords(
  records: Uint8Array[],
  others: readonly Uint8Array[],
  random: Random,
  head: number,
): readonly Uint8Array[] {
  for (let rounds = 1 + random.next(random.next(4) === 0 ? 8 : 2); rounds > 0; rounds -= 1) {
    // The later ones more often: without what comes first there is little to be wrong about.
    const at = Math.max(random.next(records.length + 1), random.next(records.length + 1));
    const record = records[at];
    const choice = random.next(12);
    if (choice === 0) records.splice(at, 1);
    else if (choice === 1 && record !== undefined) records.splice(random.next(records.length), 0, record);
    else if (choice === 2 && others.length > 0) records.splice(at, 0, random.pick(others));
    else if (choice === 3 && others.length > 0) records.splice(at, records.length, ...others);
    else if (record !== undefined) records[at] = changeBody(record, random.pick(records), random, head);
  }
  return records;
}

/** The record's bytes change, and its length with them. */
function changeBody(record: Uint8Array, other: Uint8Array, random: Random, head: number): Uint8Array {
  const start = head + 2;
  const body = mutateBytes(record.subarray(start), other.subarray(start), random).subarray(0, 0xffff);
  const changed = join(record.subarray(0, start), body);
  if (head > 0 && random.next(16) === 0) changed[random.next(head)] = random.next(256);
  changed[head] = body.length;
  changed[head + 1] = body.length >>> 8;
  return changed;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
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
