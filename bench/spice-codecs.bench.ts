import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeBitmap } from '../renderer/spice/codecs/bitmap.ts';
import { encodeLz, GlzEncoder } from '../renderer/spice/codecs/encoders/lz-encoder.ts';
import { encodeLz4 } from '../renderer/spice/codecs/encoders/lz4-encoder.ts';
import { encodeQuic } from '../renderer/spice/codecs/encoders/quic-encoder.ts';
import { decodeGlz } from '../renderer/spice/codecs/glz.ts';
import { GlzWindow } from '../renderer/spice/codecs/glz-window.ts';
import { decodeLz } from '../renderer/spice/codecs/lz.ts';
import { decodeLz4 } from '../renderer/spice/codecs/lz4.ts';
import { decodeQuic } from '../renderer/spice/codecs/quic.ts';
import { createPixels, type Pixels } from '../renderer/spice/protocol/pixels.ts';
import { note, report } from './report.ts';
import { openHtml5 } from './spice-codecs-html5.ts';
import { buildNative } from './spice-codecs-native.ts';
import { makePicture, type PictureKind, pictureKinds } from './spice-codecs-pictures.ts';

/**
 * One image of 1920 × 1080 through each codec: ours against spice-html5's decoder on the same bytes in the same process, and
 * against the C that spice-gtk uses, built on the spot where it can be. The bytes come from our own encoders, which for QUIC are
 * those of spice-server to the bit. Each side gives what it draws from: we and spice-html5 RGBA, the C its own BGRX.
 * For LZ4 that is a pass over the picture that liblz4 has not, so there are two rows: liblz4 alone, and with that pass in C.
 */
const width = 1920;
const height = 1080;
const ROUNDS = 15;

interface Peers {
  readonly html5?: (bytes: Uint8Array) => Uint8ClampedArray;
  /** Words for the native program behind the name of the file. */
  readonly native?: readonly string[];
}

const html5 = await openHtml5();
const native = buildNative();
if ('problem' in native) note(`without the rows against native C: ${native.problem}`);
const folder = mkdtempSync(join(tmpdir(), 'innkeeper-codecs-'));

try {
  for (const kind of pictureKinds) {
    for (const alpha of [false, true]) {
      const picture = makePicture(kind, width, height, alpha);
      const name = alpha ? 'RGBA' : 'RGB32';
      const lzKind = alpha ? 'rgba' : 'rgb32';
      const target = createPixels('bench', width, height);
      // spice-html5's alpha is inverted in QUIC, and its LZ shows the rows of RGBA as they were sent; we compare colours only.
      measure(
        `QUIC ${name}`,
        kind,
        picture,
        encodeQuic(picture, lzKind),
        (bytes) => decodeQuic(bytes, target),
        target,
        {
          html5: html5.quic,
          native: [],
        },
      );
      measure(
        `LZ ${name}`,
        kind,
        picture,
        encodeLz(picture, lzKind),
        (bytes) => decodeLz(bytes, target),
        target,
        {
          html5: (bytes) => html5.lz(bytes, width, height, alpha),
          native: [],
        },
      );
      measure(
        `LZ4 ${name}`,
        kind,
        picture,
        encodeLz4(picture, lzKind),
        (bytes) => decodeLz4(bytes, target),
        target,
        {
          native: [String(width * height * 4)],
        },
      );
    }
    measureGlz(kind);
    measureBitmap(kind);
  }
} finally {
  rmSync(folder, { recursive: true });
}

function measure(
  codec: string,
  kind: PictureKind,
  picture: Pixels,
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => void,
  target: Pixels,
  peers: Peers,
): void {
  const what = `${codec} ${kind}`;
  decode(bytes);
  checkSame(what, picture, target);
  const html5Decode = peers.html5;
  // In pairs, so that what else the machine does meets both.
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(time(() => decode(bytes)));
    if (html5Decode !== undefined && round < 7) theirs.push(time(() => html5Decode(bytes)));
  }
  const own = fastest(ours);
  if (html5Decode !== undefined) {
    const aim = codec.startsWith('QUIC') ? { aim: '≤ 0.2×' } : {};
    report({ what, ours: own, peer: fastest(theirs), unit: 'ms', peerName: 'spice-html5', ...aim });
  }
  if ('problem' in native || peers.native === undefined) {
    if (html5Decode === undefined) report({ what, ours: own, peer: null, unit: 'ms' });
    return;
  }
  const [codecName = ''] = codec.toLowerCase().split(' ');
  const peer = timeNative(native.program, codecName, bytes, peers.native);
  if (codecName !== 'lz4') {
    report({ what, ours: own, peer, unit: 'ms', peerName: 'native C', aim: '≤ 2×' });
    return;
  }
  const order = codec.endsWith('RGBA') ? 'lz4-rgba' : 'lz4-rgb32';
  const swapped = timeNative(native.program, order, bytes, peers.native);
  report({ what, ours: own, peer, unit: 'ms', peerName: 'liblz4 alone' });
  report({ what, ours: own, peer: swapped, unit: 'ms', peerName: 'liblz4, then to RGBA in C', aim: '≤ 2×' });
}

/** The second of two images, which refers to the first, as when a window is drawn again with a change. */
function measureGlz(kind: PictureKind): void {
  const what = `GLZ RGB32 ${kind}`;
  const first = makePicture(kind, width, height);
  const second = createPixels('bench', width, height);
  second.data.set(first.data);
  for (let y = 200; y < 500; y++) second.data.fill(0xff336699, y * width + 300, y * width + 900);
  const encoder = new GlzEncoder(4);
  const [before, bytes] = [encoder.encode(first, 'rgb32'), encoder.encode(second, 'rgb32')];
  const ours: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const window = new GlzWindow(width * height * 4);
    decodeGlz(before, createPixels('bench', width, height), window);
    let target = second;
    // The C allocates its picture within what is timed.
    ours.push(
      time(() => {
        target = createPixels('bench', width, height);
        decodeGlz(bytes, target, window);
      }),
    );
    if (round === 0) checkSame(what, second, target);
  }
  if ('problem' in native) {
    report({ what, ours: fastest(ours), peer: null, unit: 'ms' });
    return;
  }
  const beforeFile = join(folder, 'before');
  writeFileSync(beforeFile, before);
  const peer = timeNative(native.program, 'glz', bytes, [beforeFile]);
  report({ what, ours: fastest(ours), peer, unit: 'ms', peerName: 'native C', aim: '≤ 2×' });
}

/** Pixels as they are, for what the colour order costs. */
function measureBitmap(kind: PictureKind): void {
  const target = createPixels('bench', width, height);
  const bytes = new Uint8Array(makePicture(kind, width, height).data.buffer);
  const ours: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(
      time(() => decodeBitmap(bytes, target, { format: 8, topDown: true, stride: width * 4, palette: null })),
    );
  }
  report({ what: `bitmap 32 ${kind}`, ours: fastest(ours), peer: null, unit: 'ms' });
}

function timeNative(program: string, codec: string, bytes: Uint8Array, words: readonly string[]): number {
  const file = join(folder, 'bytes');
  writeFileSync(file, bytes);
  return Number(execFileSync(program, ['time', codec, String(ROUNDS), file, ...words], { encoding: 'utf8' }));
}

/** The same work each time: what takes longer than the fastest round is the machine's other work. */
function fastest(times: readonly number[]): number {
  return Math.min(...times);
}

/** Milliseconds. */
function time(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function checkSame(what: string, expected: Pixels, got: Pixels): void {
  const at = expected.data.findIndex((word, index) => word !== got.data[index]);
  if (at >= 0) throw new Error(`${what}: pixel ${at} differs`);
}
