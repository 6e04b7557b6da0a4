/** Capability words as in SpiceLinkMess: bit n of word n ÷ 32. */
export type CapabilityWords = readonly number[];

export function capabilityWords(bits: readonly number[]): CapabilityWords {
  const words: number[] = [];
  for (const bit of bits) {
    const word = bit >>> 5;
    while (words.length <= word) words.push(0);
    words[word] = ((words[word] ?? 0) | (1 << (bit & 31))) >>> 0;
  }
  return words;
}

export function hasCapability(words: CapabilityWords, bit: number): boolean {
  return ((words[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
}
