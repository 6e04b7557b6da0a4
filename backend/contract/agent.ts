import { z } from 'zod';

/** What faces and back end say to each other about the guest's SPICE agent (vd_agent.h): the screen's size, the clipboard's text. */

/** Most text that crosses at once, bytes of UTF-8. */
export const MAX_CLIPBOARD_BYTES = 1024 * 1024;

/** Sides of a screen that can be asked for, pixels. */
export const [LEAST_SIDE, MOST_SIDE] = [64, 8192];
const side = z.int().min(LEAST_SIDE).max(MOST_SIDE);
/** Pixels. */
export const screenSize = { width: side, height: side };

export const clipboardText = z
  .string()
  .min(1, 'is empty')
  .refine(
    (text) => new TextEncoder().encode(text).length <= MAX_CLIPBOARD_BYTES,
    'is longer than 1 MiB, the most that crosses at once',
  );

/** The agent in the guest of a viewer: what it can do, or why it can do nothing. */
export const viewerAgent = z.union([
  /**
   * unsupported: the viewer does not speak with agents. absent: none runs in the guest. failed: what runs there does not speak
   * as an agent does.
   */
  z.enum(['unsupported', 'absent', 'failed']),
  z.strictObject({
    /** Gives the guest's screen the size that it is told. */
    resizes: z.boolean(),
    /** Takes and gives the clipboard's text. */
    clipboard: z.boolean(),
  }),
]);
export type ViewerAgent = z.infer<typeof viewerAgent>;

/** What a viewer is asked to have its guest's agent do. */
export const agentWish = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('resize'), ...screenSize }),
  /** Put the text on the guest's clipboard. */
  z.strictObject({ kind: z.literal('offer'), text: z.string() }),
  /** Tell what would be pasted in the guest. */
  z.strictObject({ kind: z.literal('paste') }),
]);
export type AgentWish = z.infer<typeof agentWish>;

export const agentAnswer = z.discriminatedUnion('kind', [
  /** It was asked; whether the guest follows shows in the guest. */
  z.strictObject({ kind: z.literal('asked') }),
  z.strictObject({ kind: z.literal('text'), text: z.string() }),
  z.strictObject({
    kind: z.literal('refused'),
    /** gone: the viewer's session, or its agent, ended meanwhile. */
    why: z.enum(['toGuestTooLarge', 'fromGuestTooLarge', 'notGiven', 'gone']),
  }),
]);
export type AgentAnswer = z.infer<typeof agentAnswer>;
