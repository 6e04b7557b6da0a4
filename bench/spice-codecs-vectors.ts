// Makes renderer/spice/codecs/testing/native-vectors.ts with the encoders of spice-common and spice-server:
//   node bench/spice-codecs-vectors.ts > renderer/spice/codecs/testing/native-vectors.ts
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lzKinds } from '../renderer/spice/codecs/lz.ts';
import { quicKinds } from '../renderer/spice/codecs/quic-header.ts';
import { packRows, vectorPicture } from '../renderer/spice/codecs/testing/vector-picture.ts';
import { buildNative } from './spice-codecs-native.ts';

const [width, height] = [29, 17];
const built = buildNative();
if ('problem' in built) throw new Error(built.problem);
const { program } = built;
const folder = mkdtempSync(join(tmpdir(), 'innkeeper-vectors-'));
const [input, output] = [join(folder, 'in'), join(folder, 'out')];
const picture = vectorPicture(width, height);
const vectors: Record<string, string> = {};

function encode(name: string, rows: Uint8Array, words: readonly (string | number)[]): void {
  writeFileSync(input, rows);
  execFileSync(program, [...words.map(String), input, output]);
  vectors[name] = readFileSync(output).toString('base64');
}

try {
  for (const [number, kind] of quicKinds.entries()) {
    if (kind === null) continue;
    const rows = packRows(picture, kind);
    encode(`quic ${kind}`, rows, ['encode-quic', number, width, height, rows.length / width / height]);
  }
  for (const [number, kind] of lzKinds.entries()) {
    if (kind === null) continue;
    const rows = packRows(picture, kind);
    encode(`lz ${kind}`, rows, ['encode-lz', number, width, height, rows.length / height, 1]);
  }
  for (const [kind, format] of [
    ['rgb16', 6],
    ['rgb24', 7],
    ['rgb32', 8],
    ['rgba', 9],
  ] as const) {
    const rows = packRows(picture, kind);
    encode(`lz4 ${kind}`, rows, ['encode-lz4', format, height, rows.length / height, 1, 5]);
  }
  for (const kind of ['rgb16', 'rgb24', 'rgb32', 'rgba'] as const) {
    const images = [0, 4, 12].flatMap((change, index) => {
      const rows = packRows(vectorPicture(width, height, change), kind);
      const file = join(folder, `image${index}`);
      writeFileSync(file, rows);
      return [lzKinds.indexOf(kind), width, height, rows.length / height, 1, file].map(String);
    });
    execFileSync(program, ['encode-glz', '100000', output, ...images]);
    for (const index of [0, 1, 2]) {
      vectors[`glz ${kind} ${index}`] = readFileSync(`${output}${index}`).toString('base64');
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

const lines = Object.entries(vectors).map(([name, text]) => `  '${name}': '${text}',`);
process.stdout.write(`/**
 * vectorPicture(${width}, ${height}) as spice-common's quic.c and lz.c, spice-server's glz-encoder.c (three images of a dictionary, with
 * change 0, 4 and 12) and liblz4 encode it, in base64. Made by bench/spice-codecs-vectors.ts from spice 0.15.1; LZ and LZ4 are top down.
 */
export const nativeVectors: Readonly<Record<string, string>> = {
${lines.join('\n')}
};
`);
