/** The parts of @spice-project/spice-html5 0.2.1 that Innkeeper touches; the package has no types of its own. */

declare module '@spice-project/spice-html5/src/spiceconn.js' {
  /** A channel. `this` in everything below is one. */
  export interface Channel {
    readonly parent?: MainChannel;
    readonly type: number;
    readonly chan_id: number;
    ws: { send(data: ArrayBuffer): void; close(): void } | undefined;
    state: 'connecting' | 'start' | 'link' | 'ticket' | 'ready' | 'closing' | 'error';
    cleanup(): void;
    send_msg(message: unknown): void;
  }
  export interface MainChannel extends Channel {
    readonly screen_id: string;
    readonly display?: Channel & { surfaces?: Surface[]; primary_surface?: number };
    readonly inputs?: Channel;
    readonly cursor?: Channel;
    /** SPICE_MOUSE_MODE_SERVER is 1, SPICE_MOUSE_MODE_CLIENT 2. */
    readonly mouse_mode?: number;
    readonly extra_channels?: (Channel | undefined)[];
    readonly ports: Channel[];
  }
  export interface Surface {
    readonly surface_id: number;
    /** SPICE_SURFACE_FMT_32_xRGB is 32. */
    readonly format: number;
    readonly canvas: HTMLCanvasElement & { readonly context: CanvasRenderingContext2D };
    draw_count: number;
  }
  export const SpiceConn: { prototype: Record<string, unknown> };
}

declare module '@spice-project/spice-html5/src/main.js' {
  import type { MainChannel } from '@spice-project/spice-html5/src/spiceconn.js';
  export const SpiceMainConn: {
    prototype: Record<string, unknown>;
    new (options: {
      uri: string;
      password: string;
      screen_id: string;
      onerror(error: unknown): void;
    }): MainChannel;
  };
}

declare module '@spice-project/spice-html5/src/display.js' {
  export const SpiceDisplayConn: { prototype: Record<string, unknown> };
}

declare module '@spice-project/spice-html5/src/inputs.js' {
  export const SpiceInputsConn: { prototype: Record<string, unknown> };
}

declare module '@spice-project/spice-html5/src/wire.js' {
  export const SpiceWireReader: { prototype: Record<string, unknown> };
}

declare module '@spice-project/spice-html5/src/spicedataview.js' {
  export const SpiceDataView: { prototype: Record<string, unknown>; new (buffer: ArrayBuffer): unknown };
}

declare module '@spice-project/spice-html5/src/spicemsg.js' {
  interface Rectangle {
    left: number;
    top: number;
    right: number;
    bottom: number;
  }
  export class SpiceMsgDisplayBase {
    surface_id: number;
    box: Rectangle;
    clip: { type: number; rects?: { num_rects: number; rects?: Rectangle[] } };
    from_dv(view: unknown, at: number, buffer: ArrayBuffer): number;
  }
}

declare module '@spice-project/spice-html5/src/spicetype.js' {
  export const SpiceBitmap: { prototype: Record<string, unknown> };
}
