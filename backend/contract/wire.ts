import { z } from 'zod';
import { faultShape } from './fault.ts';

/**
 * JSON-RPC 2.0 (jsonrpc.org/specification), one object a message on every transport: a WebSocket text message, a
 * MessagePort message (the object itself) or a line on the unix socket. Faults travel in `error.data`.
 */
export const requestMessage = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number()]),
  method: z.string(),
  params: z.unknown().optional(),
});
export type RequestMessage = z.infer<typeof requestMessage>;

export const responseMessage = z.union([
  z.object({
    jsonrpc: z.literal('2.0'),
    id: z.union([z.string(), z.number(), z.null()]),
    result: z.unknown(),
  }),
  z.object({
    jsonrpc: z.literal('2.0'),
    id: z.union([z.string(), z.number(), z.null()]),
    error: z.object({ code: z.number(), message: z.string(), data: faultShape.optional() }),
  }),
]);
export type ResponseMessage = z.infer<typeof responseMessage>;

/** An event: a notification whose method is `event.NAME`. */
export const eventMessage = z.object({ jsonrpc: z.literal('2.0'), method: z.string(), params: z.unknown() });
export type EventMessage = z.infer<typeof eventMessage>;

export const serverMessage = z.union([responseMessage, eventMessage]);
export type ServerMessage = z.infer<typeof serverMessage>;

export const EVENT_PREFIX = 'event.';

/** JSON-RPC's own codes (§5.1) and one of ours for every fault that has a better name in `data.code`. */
export const RPC_CODES = {
  parse: -32700,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  fault: -32000,
} as const;

/** Byte streams: a SPICE channel or the serial console. Each is a connection of its own, never multiplexed with requests. */
export const streamKind = z.enum(['spice', 'console']);
export type StreamKind = z.infer<typeof streamKind>;
export const streamTarget = z.object({
  kind: streamKind,
  machine: z.string().min(1).max(64),
  /** Whose SPICE connections belong together: a viewer's own id, the same for as long as it shows the machine. */
  viewer: z.string().min(1).max(64).optional(),
});
export type StreamTarget = z.infer<typeof streamTarget>;

/** The request WebSocket of the browser face. */
export const RPC_PATH = '/rpc';
/** POST a file's bytes here (header `x-innkeeper-name`, URI-encoded): answers `{path}`, the file in the data folder's `images`. */
export const UPLOAD_PATH = '/upload';
