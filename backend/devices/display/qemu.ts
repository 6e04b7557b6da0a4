import { jsonOption, legacyOption } from '../../qemu/command-line.ts';
import type { DisplayDefinition } from './definition.ts';

/**
 * What a screen of 4096×2304 at 32 bits takes, in MiB; QEMU's own 16 end at 2560×1600, and a guest that follows a 4K window would stay
 * behind. QXL's RAM bar holds the screen and the commands. Host memory is taken only as the guest writes to it.
 */
export const QXL_MEMORY = { vgamem_mb: 64, ram_size_mb: 128, vram_size_mb: 64 } as const;

export interface DisplayParts {
  readonly spice: boolean;
  readonly qxl: boolean;
  readonly spiceSocket: string;
}

/** What the guest gets here: QXL needs a QEMU that was built with it (RHEL 9's is not). */
export function chooseAdapter(
  display: DisplayDefinition,
  parts: Pick<DisplayParts, 'qxl'>,
): DisplayDefinition['adapter'] {
  return display.adapter === 'qxl-vga' && !parts.qxl ? 'VGA' : display.adapter;
}

/**
 * The screen over a SPICE unix socket in the 0700 runtime folder, which is why it needs no ticket. On a local
 * socket compression only costs time, and a picture that is never taken for a video stays exact.
 * The USB tablet gives absolute positions, so the pointer needs no agent and no grab.
 */
export function displayOptions(display: DisplayDefinition, parts: DisplayParts): string[] {
  const spice = parts.spice
    ? legacyOption('-spice', null, {
        unix: 'on',
        addr: parts.spiceSocket,
        'disable-ticketing': 'on',
        'image-compression': 'off',
        'jpeg-wan-compression': 'never',
        'zlib-glz-wan-compression': 'never',
        'streaming-video': 'off',
      })
    : [];
  const driver = chooseAdapter(display, parts);
  const memory = driver === 'qxl-vga' ? QXL_MEMORY : {};
  return [
    '-display',
    'none',
    ...spice,
    ...jsonOption('-device', { driver, id: 'video0', ...memory }),
    ...jsonOption('-device', { driver: 'qemu-xhci', id: 'usb0' }),
    ...jsonOption('-device', { driver: 'usb-tablet', id: 'tablet0', bus: 'usb0.0' }),
  ];
}
