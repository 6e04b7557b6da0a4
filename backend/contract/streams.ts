/**
 * How each transport opens one:
 * - unix socket: a request `stream.open` with a StreamTarget; after its result line the connection is raw bytes.
 * - WebSocket: GET STREAM_PATH/KIND/MACHINE or STREAM_PATH/KIND/MACHINE/VIEWER with sub-protocol `binary`; binary messages. With sub-protocol `body` the server may,
 *   between them, send one text message: a path below STREAM_BODY_PATH, good for one GET soon. Once that is answered with 200, what
 *   the server sends comes in its body and nothing more as messages; until then, or when it is answered otherwise, messages go on.
 * - MessagePort: see electron/ipc; Uint8Array messages, `null` is the end.
 */
export const STREAM_METHOD = 'stream.open';
export const STREAM_PATH = '/stream';
export const STREAM_PROTOCOL = 'binary';
export const STREAM_BODY_PROTOCOL = 'body';
export const STREAM_BODY_PATH = '/stream-body';
