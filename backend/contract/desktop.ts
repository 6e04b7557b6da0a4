import { z } from 'zod';
import { streamTarget } from './wire.ts';

/**
 * What the Electron face adds to the back end's requests: the few things only a desktop program can do.
 * The preload exposes exactly `DesktopApi` as `window.innkeeper`; main handles exactly `desktopCalls`.
 */
export const desktopCalls = {
  /** A native open dialog; null when the person cancels. */
  'desktop.choose-file': {
    in: z.strictObject({ title: z.string().max(200), kind: z.enum(['disk', 'cd', 'any']) }),
    out: z.string().nullable(),
  },
  /** A native save dialog, then writes the bytes; the path, or null when the person cancels. */
  'desktop.save-file': {
    in: z.strictObject({ suggestedName: z.string().max(200), base64: z.string().max(100_000_000) }),
    out: z.string().nullable(),
  },
  'desktop.show-in-folder': { in: z.strictObject({ path: z.string().startsWith('/') }), out: z.null() },
  'desktop.set-full-screen': { in: z.strictObject({ on: z.boolean() }), out: z.null() },
  'desktop.notify': {
    in: z.strictObject({ title: z.string().max(200), body: z.string().max(500) }),
    out: z.null(),
  },
  /** Asks for a request port; it arrives as a window message (see PORT_MESSAGE). */
  'desktop.connect': { in: z.strictObject({ token: z.string().max(64) }), out: z.null() },
  /** Asks for a byte-stream port to a guest; it arrives the same way. */
  'desktop.open-stream': {
    in: z.strictObject({ token: z.string().max(64), target: streamTarget }),
    out: z.null(),
  },
} as const satisfies Record<string, { in: z.ZodType; out: z.ZodType }>;

export type DesktopCalls = typeof desktopCalls;
export type DesktopCallName = keyof DesktopCalls;
export type DesktopInput<N extends DesktopCallName> = z.input<DesktopCalls[N]['in']>;
export type DesktopOutput<N extends DesktopCallName> = z.output<DesktopCalls[N]['out']>;

/** Menu items and accelerators that the renderer carries out. */
export const desktopCommands = ['new-machine', 'find', 'settings', 'host'] as const;
export type DesktopCommand = (typeof desktopCommands)[number];

/**
 * A MessagePort cannot cross contextBridge: the preload posts it to its own window as
 * `{ type: PORT_MESSAGE, token }` with the port transferred, target origin the window's own.
 * Request port: JSON-RPC objects both ways. Stream port: Uint8Array both ways; `null` is the end, from either side;
 * each side answers every STREAM_WINDOW bytes it consumed with that number, and the sender holds back
 * when more than twice that is unacknowledged.
 */
export const PORT_MESSAGE = 'innkeeper:port';
export const STREAM_WINDOW = 1024 * 1024;

export interface DesktopApi {
  readonly platform: string;
  chooseFile(input: DesktopInput<'desktop.choose-file'>): Promise<string | null>;
  saveFile(input: DesktopInput<'desktop.save-file'>): Promise<string | null>;
  showInFolder(path: string): Promise<void>;
  setFullScreen(on: boolean): Promise<void>;
  notify(title: string, body: string): Promise<void>;
  /** The path of a file that was dropped or chosen in the window; empty where it has none. */
  pathForFile(file: unknown): string;
  connect(token: string): Promise<void>;
  openStream(token: string, target: z.infer<typeof streamTarget>): Promise<void>;
  onCommand(listener: (command: DesktopCommand) => void): () => void;
}
