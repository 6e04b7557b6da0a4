import { createPixels, type Pixels } from '../../protocol/pixels.ts';
import { nativeVectors } from './native-vectors.ts';

export const vectorWidth = 29;
export const vectorHeight = 17;

export function vector(name: string): Uint8Array {
  const text = nativeVectors[name];
  if (text === undefined) throw new Error(`there is no vector ${name}`);
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

export function blank(width = vectorWidth, height = vectorHeight): Pixels {
  return createPixels('test', width, height);
}
