import { expect, test } from 'vitest';
import { DisplayChannel } from '../channels/display.ts';
import { SharedImages } from '../images/shared-images.ts';
import { Serials } from '../link/serials.ts';
import { type DrawingKind, drawingKinds, RandomDrawing } from './testing/random-drawing.ts';

/**
 * What spice-gtk's canvas (spice-common of spice 0.15.1, on pixman 0.42.2) made of the same bytes: 12 surfaces of each
 * format with 12 drawings each, all their pixels in one FNV-1a hash. The spare byte of formats without alpha is left out.
 */
const reference: Readonly<Record<DrawingKind, Readonly<Record<number, number>>>> = {
  fill: { 16: 1_581_296_778, 32: 3_843_691_687, 80: 3_310_982_121, 96: 910_460_875 },
  copy: { 16: 2_403_670_693, 32: 2_862_166_506, 80: 2_610_868_746, 96: 3_033_034_161 },
  opaque: { 16: 2_283_597_166, 32: 4_047_871_105, 80: 3_944_870_350, 96: 724_154_761 },
  rop3: { 16: 900_095_143, 32: 684_725_465, 80: 811_209_335, 96: 483_944_361 },
  flat: { 16: 436_061_969, 32: 691_651_427, 80: 2_668_956_945, 96: 2_659_693_826 },
  copyBits: { 16: 1_577_808_082, 32: 2_252_130_861, 80: 609_574_866, 96: 1_122_139_832 },
  transparent: { 16: 1_021_066_288, 32: 1_784_602_157, 80: 2_868_091_068, 96: 307_183_865 },
  alphaBlend: { 16: 1_127_932_265, 32: 3_276_168_661, 80: 2_097_661_147, 96: 1_897_101_262 },
  text: { 16: 2_902_065_079, 32: 1_663_385_636, 80: 3_066_257_583, 96: 2_616_241_651 },
  stroke: { 16: 3_320_662_973, 32: 2_733_040_051, 80: 3_407_210_527, 96: 2_735_581_119 },
  dashes: { 16: 1_449_060_451, 32: 1_040_367_216, 80: 977_250_313, 96: 3_247_560_588 },
  composite: { 16: 4_285_520_313, 32: 3_574_357_447, 80: 577_577_401, 96: 895_541_929 },
  floats: { 16: 177_529_346, 32: 3_800_110_610, 80: 2_717_182_531, 96: 2_630_475_724 },
};

for (const kind of drawingKinds) {
  for (const format of [16, 32, 80, 96]) {
    test(`${kind} on surface format ${format} gives the reference client's pixels`, () => {
      const seen = format === 96 ? 0xffffffff : 0x00ffffff;
      let hash = 0x811c9dc5;
      for (let seed = 1; seed <= 12; seed++) {
        const channel = openChannel();
        for (const { type, body } of new RandomDrawing(seed, kind, format).messages(12))
          channel.receive(type, body);
        for (const word of channel.primary?.data ?? []) hash = Math.imul(hash ^ (word & seen), 0x01000193);
      }
      expect(hash >>> 0).toBe(reference[kind][format]);
    });
  }
}

function openChannel(): DisplayChannel {
  const unused = (): never => {
    throw new Error('not used here');
  };
  return new DisplayChannel(
    { type: 2, id: 0, send: () => undefined, serverHas: () => false },
    {
      images: new SharedImages(unused),
      serials: new Serials(),
      events: {
        surfaceCreated: () => undefined,
        surfaceDestroyed: () => undefined,
        dirty: () => undefined,
        marked: () => undefined,
        monitors: () => undefined,
      },
      video: { codecs: [], open: unused, multiMediaTime: () => 0, later: unused },
    },
  );
}
