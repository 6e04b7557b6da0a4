import type { ImageCompression } from '../../renderer/spice/protocol/constants.ts';

interface Mode {
  /** QEMU's name for a way to compress images (-spice image-compression=…). */
  readonly name: string;
  /** The protocol's. */
  readonly asked: ImageCompression;
}

const all: readonly Mode[] = [
  { name: 'off', asked: 'off' },
  { name: 'auto_glz', asked: 'autoGlz' },
  { name: 'auto_lz', asked: 'autoLz' },
  { name: 'quic', asked: 'quic' },
  { name: 'glz', asked: 'glz' },
  { name: 'lz', asked: 'lz' },
  { name: 'lz4', asked: 'lz4' },
];

const wanted = process.env.INNKEEPER_CONFORMANCE_MODES?.split(',');

/** All of them, or those that INNKEEPER_CONFORMANCE_MODES names, in its order. */
export const modes = wanted === undefined ? all : wanted.map(named);

function named(name: string): Mode {
  const mode = all.find((one) => one.name === name);
  if (mode === undefined) throw new Error(`there is no compression mode ${name}`);
  return mode;
}
