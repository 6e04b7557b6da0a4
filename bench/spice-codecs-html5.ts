// spice-html5's decoders as its display channel calls them. They have no types, and take a canvas context for createImageData.

interface Html5Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

interface QuicModule {
  readonly SpiceQuic: new () => { from_dv(view: DataView, at: number, message: ArrayBuffer): number };
  convert_spice_quic_to_web(context: unknown, image: unknown): Html5Image;
}

interface LzModule {
  convert_spice_lz_to_web(context: unknown, image: unknown): Html5Image | undefined;
}

export interface Html5Decoders {
  quic(bytes: Uint8Array): Uint8ClampedArray;
  /** RGB32, or RGBA with `alpha`. */
  lz(bytes: Uint8Array, width: number, height: number, alpha: boolean): Uint8ClampedArray;
}

const lzHeaderBytes = 28;

export async function openHtml5(): Promise<Html5Decoders> {
  const folder = '@spice-project/spice-html5/src';
  const quic: QuicModule = await import(`${folder}/quic.js`);
  const lz: LzModule = await import(`${folder}/lz.js`);
  const context = {
    createImageData: (width: number, height: number): Html5Image => ({
      width,
      height,
      data: new Uint8ClampedArray(width * height * 4),
    }),
  };
  return {
    quic: (bytes) => {
      // In a message the length stands before the data.
      const message = new Uint8Array(bytes.length + 4);
      new DataView(message.buffer).setUint32(0, bytes.length, true);
      message.set(bytes, 4);
      const image = new quic.SpiceQuic();
      image.from_dv(new DataView(message.buffer), 0, message.buffer);
      return quic.convert_spice_quic_to_web(context, image).data;
    },
    lz: (bytes, width, height, alpha) => {
      const { buffer } = bytes.slice(lzHeaderBytes);
      const image = { type: alpha ? 9 : 8, width, height, top_down: 1, data: buffer };
      const decoded = lz.convert_spice_lz_to_web(context, image);
      if (decoded === undefined) throw new Error('spice-html5 did not decode the image');
      return decoded.data;
    },
  };
}
