import { ByteReader } from './byte-reader.ts';
import { CURSOR_FLAG, MAX_STREAMS } from './constants.ts';
import {
  readCopyBits,
  readDrawAlphaBlend,
  readDrawComposite,
  readDrawCopy,
  readDrawFill,
  readDrawMasked,
  readDrawOpaque,
  readDrawRop3,
  readDrawStroke,
  readDrawText,
  readDrawTransparent,
} from './draw.ts';
import { type Point, readClip, readPoint16, readRect, readSize } from './geometry.ts';
import { ProtocolError } from './protocol-error.ts';

/** What the server sends, by channel: each message's number and its reader (spice.proto, `server:` of each channel). */
type MessageTable = Readonly<Record<string, readonly [type: number, read: (reader: ByteReader) => unknown]>>;

/** A parsed message: `kind` is its name in the table. Views in `body` lie in the message's bytes. */
type MessageOf<Table extends MessageTable> = {
  [Kind in keyof Table & string]: { readonly kind: Kind; readonly body: ReturnType<Table[Kind][1]> };
}[keyof Table & string];

const nothing = (): null => null;

const baseTable = {
  migrate: [1, (r: ByteReader) => ({ flags: r.u32() })],
  migrateData: [2, nothing],
  setAck: [3, (r: ByteReader) => ({ generation: r.u32(), window: r.u32() })],
  /** `timestamp` is the server's clock in ns, sent back as it is. */
  ping: [4, (r: ByteReader) => ({ id: r.u32(), timestamp: r.view(8) })],
  waitForChannels: [5, readWaitList],
  disconnecting: [6, (r: ByteReader) => ({ timestamp: r.u64(), reason: r.u32() })],
  notify: [7, readNotify],
  list: [8, (r: ByteReader) => readSubMessages(r)],
} satisfies MessageTable;

const mainTable = {
  migrateBegin: [101, nothing],
  migrateCancel: [102, nothing],
  init: [103, readMainInit],
  channelsList: [104, readChannelsList],
  mouseMode: [105, (r: ByteReader) => ({ supported: r.u16(), current: r.u16() })],
  multiMediaTime: [106, (r: ByteReader) => ({ time: r.u32() })],
  agentConnected: [107, nothing],
  agentDisconnected: [108, (r: ByteReader) => ({ reason: r.u32() })],
  agentData: [109, (r: ByteReader) => ({ data: r.rest() })],
  agentToken: [110, (r: ByteReader) => ({ tokens: r.u32() })],
  migrateSwitchHost: [111, nothing],
  migrateEnd: [112, nothing],
  name: [113, (r: ByteReader) => ({ name: readText(r.view(r.u32())) })],
  uuid: [114, (r: ByteReader) => ({ uuid: r.view(16) })],
  agentConnectedTokens: [115, (r: ByteReader) => ({ tokens: r.u32() })],
  migrateBeginSeamless: [116, nothing],
  migrateDestinationAck: [117, nothing],
  migrateDestinationNack: [118, nothing],
} satisfies MessageTable;

const displayTable = {
  mode: [101, (r: ByteReader) => ({ ...readSize(r), bits: r.u32() })],
  mark: [102, nothing],
  reset: [103, nothing],
  copyBits: [104, readCopyBits],
  invalidateList: [105, readResourceList],
  invalidateAllPixmaps: [106, readWaitList],
  invalidatePalette: [107, (r: ByteReader) => ({ id: r.u64() })],
  invalidateAllPalettes: [108, nothing],
  streamCreate: [122, readStreamCreate],
  streamData: [123, (r: ByteReader) => ({ ...readStreamHeader(r), data: r.view(r.u32()) })],
  streamClip: [124, (r: ByteReader) => ({ streamId: readStreamId(r), clip: readClip(r) })],
  streamDestroy: [125, (r: ByteReader) => ({ streamId: readStreamId(r) })],
  streamDestroyAll: [126, nothing],
  drawFill: [302, readDrawFill],
  drawOpaque: [303, readDrawOpaque],
  drawCopy: [304, readDrawCopy],
  drawBlend: [305, readDrawCopy],
  drawBlackness: [306, readDrawMasked],
  drawWhiteness: [307, readDrawMasked],
  drawInverse: [308, readDrawMasked],
  drawRop3: [309, readDrawRop3],
  drawStroke: [310, readDrawStroke],
  drawText: [311, readDrawText],
  drawTransparent: [312, readDrawTransparent],
  drawAlphaBlend: [313, readDrawAlphaBlend],
  surfaceCreate: [314, readSurfaceCreate],
  surfaceDestroy: [315, (r: ByteReader) => ({ surfaceId: r.u32() })],
  streamDataSized: [
    316,
    (r: ByteReader) => ({
      ...readStreamHeader(r),
      ...readSize(r),
      destination: readRect(r),
      data: r.view(r.u32()),
    }),
  ],
  monitorsConfig: [317, readMonitorsConfig],
  drawComposite: [318, readDrawComposite],
  streamActivateReport: [
    319,
    (r: ByteReader) => ({
      streamId: readStreamId(r),
      uniqueId: r.u32(),
      maxWindowSize: r.u32(),
      timeoutMs: r.u32(),
    }),
  ],
} satisfies MessageTable;

const inputsTable = {
  init: [101, (r: ByteReader) => ({ modifiers: r.u16() })],
  keyModifiers: [102, (r: ByteReader) => ({ modifiers: r.u16() })],
  mouseMotionAck: [111, nothing],
} satisfies MessageTable;

const cursorTable = {
  init: [
    101,
    (r: ByteReader) => ({
      position: readPoint16(r),
      trailLength: r.u16(),
      trailFrequency: r.u16(),
      visible: r.u8() !== 0,
      cursor: readCursor(r),
    }),
  ],
  reset: [102, nothing],
  set: [103, (r: ByteReader) => ({ position: readPoint16(r), visible: r.u8() !== 0, cursor: readCursor(r) })],
  move: [104, (r: ByteReader) => ({ position: readPoint16(r) })],
  hide: [105, nothing],
  trail: [106, (r: ByteReader) => ({ length: r.u16(), frequency: r.u16() })],
  invalidateOne: [107, (r: ByteReader) => ({ id: r.u64() })],
  invalidateAll: [108, nothing],
} satisfies MessageTable;

export type BaseMessage = MessageOf<typeof baseTable>;
export type MainMessage = MessageOf<typeof mainTable>;
export type DisplayMessage = MessageOf<typeof displayTable>;
export type InputsMessage = MessageOf<typeof inputsTable>;
export type CursorMessage = MessageOf<typeof cursorTable>;

/** Messages below this number are BaseChannel's and mean the same on every channel. */
export const FIRST_OWN_MESSAGE = 101;

/** Each reader throws a ProtocolError for a type its channel does not have and for a body that does not fit. */
export const readBaseMessage = reader<BaseMessage>('base', baseTable);
export const readMainMessage = reader<MainMessage>('main', mainTable);
export const readDisplayMessage = reader<DisplayMessage>('display', displayTable);
export const readInputsMessage = reader<InputsMessage>('inputs', inputsTable);
export const readCursorMessage = reader<CursorMessage>('cursor', cursorTable);

function reader<Message>(channel: string, table: MessageTable): (type: number, bytes: Uint8Array) => Message {
  const byType = new Map(
    Object.entries(table).map(([kind, [type, read]]) => [type, { kind, where: `${channel}.${kind}`, read }]),
  );
  return (type, bytes) => {
    const entry = byType.get(type);
    if (entry === undefined) throw new ProtocolError(channel, `message type ${type} does not exist`);
    const body = entry.read(new ByteReader(bytes, entry.where));
    // The table gives each kind's body its type; TypeScript cannot follow that through the map.
    return { kind: entry.kind, body } as Message;
  };
}

export interface ChannelWait {
  readonly channelType: number;
  readonly channelId: number;
  readonly serial: bigint;
}

/** struct WaitForChannel, u8 counted. */
function readWaitList(r: ByteReader): { readonly waits: readonly ChannelWait[] } {
  const count = r.checkCount(r.u8(), 10);
  const waits: ChannelWait[] = [];
  for (let index = 0; index < count; index += 1) {
    waits.push({ channelType: r.u8(), channelId: r.u8(), serial: r.u64() });
  }
  return { waits };
}

/** `severity`: 0 info, 1 warning, 2 error. */
function readNotify(r: ByteReader) {
  const timestamp = r.u64();
  const severity = r.u32();
  const visibility = r.u32();
  const what = r.u32();
  return { timestamp, severity, visibility, what, text: readText(r.view(r.u32())) };
}

export interface SubMessage {
  readonly type: number;
  readonly body: Uint8Array;
}

/**
 * protocol.h, SpiceSubMessageList, at the reader's place; the offsets in it count from the message's start. Sub-messages that share
 * bytes are refused: a short list could stand for endless work.
 */
export function readSubMessages(r: ByteReader): readonly SubMessage[] {
  const count = r.checkCount(r.u16(), 4);
  const messages: SubMessage[] = [];
  let total = 2 + 4 * count;
  for (let index = 0; index < count; index += 1) {
    const sub = r.requiredPointer();
    const type = sub.u16();
    const body = sub.view(sub.u32());
    total += body.length + 6;
    if (total > r.bytes.length) throw new ProtocolError(r.where, 'sub-messages overlap');
    messages.push({ type, body });
  }
  return messages;
}

/** `agentTokens`: how many agent messages we may send. `multiMediaTime`: the server's clock in ms. */
function readMainInit(r: ByteReader) {
  return {
    sessionId: r.u32(),
    displayChannelsHint: r.u32(),
    supportedMouseModes: r.u32(),
    currentMouseMode: r.u32(),
    agentConnected: r.u32() !== 0,
    agentTokens: r.u32(),
    multiMediaTime: r.u32(),
    ramHint: r.u32(),
  };
}

export interface ChannelId {
  readonly type: number;
  readonly id: number;
}

function readChannelsList(r: ByteReader): { readonly channels: readonly ChannelId[] } {
  const count = r.count(2);
  const channels: ChannelId[] = [];
  for (let index = 0; index < count; index += 1) channels.push({ type: r.u8(), id: r.u8() });
  return { channels };
}

/** struct ResourceID, u16 counted. */
function readResourceList(r: ByteReader) {
  const count = r.checkCount(r.u16(), 9);
  const resources: { readonly type: number; readonly id: bigint }[] = [];
  for (let index = 0; index < count; index += 1) resources.push({ type: r.u8(), id: r.u64() });
  return { resources };
}

function readStreamId(r: ByteReader): number {
  const id = r.u32();
  if (id >= MAX_STREAMS) throw new ProtocolError(r.where, `stream id ${id} is not below ${MAX_STREAMS}`);
  return id;
}

function readStreamHeader(r: ByteReader) {
  return { streamId: readStreamId(r), multiMediaTime: r.u32() };
}

/** `stream`: the encoded pictures' size, `source`: the size they stand for. */
function readStreamCreate(r: ByteReader) {
  return {
    surfaceId: r.u32(),
    streamId: readStreamId(r),
    /** STREAM_FLAG bits. */
    flags: r.u8(),
    /** One of VIDEO_CODEC. */
    codec: r.u8(),
    stamp: r.u64(),
    stream: readSize(r),
    source: readSize(r),
    destination: readRect(r),
    clip: readClip(r),
  };
}

function readSurfaceCreate(r: ByteReader) {
  return {
    surfaceId: r.u32(),
    ...readSize(r),
    /** One of SURFACE_FORMAT. */
    format: r.u32(),
    /** SURFACE_FLAG bits. */
    flags: r.u32(),
  };
}

export interface MonitorHead {
  readonly monitorId: number;
  readonly surfaceId: number;
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly flags: number;
}

function readMonitorsConfig(r: ByteReader) {
  const count = r.u16();
  const maxAllowed = r.u16();
  r.checkCount(count, 28);
  const heads: MonitorHead[] = [];
  for (let index = 0; index < count; index += 1) {
    const monitorId = r.u32();
    const surfaceId = r.u32();
    heads.push({ monitorId, surfaceId, ...readSize(r), x: r.u32(), y: r.u32(), flags: r.u32() });
  }
  return { maxAllowed, heads };
}

/** struct Cursor with its header; null when it says that there is no cursor. */
export interface CursorData {
  readonly id: bigint;
  /** One of CURSOR_TYPE; means nothing where `source` is 'cache'. */
  readonly type: number;
  readonly width: number;
  readonly height: number;
  readonly hotspot: Point;
  readonly source: 'message' | 'cache';
  readonly cache: boolean;
  readonly data: Uint8Array;
}

function readCursor(r: ByteReader): CursorData | null {
  const flags = r.u16();
  if ((flags & CURSOR_FLAG.none) !== 0) return null;
  return {
    id: r.u64(),
    type: r.u8(),
    width: r.u16(),
    height: r.u16(),
    hotspot: { x: r.u16(), y: r.u16() },
    source: (flags & CURSOR_FLAG.fromCache) !== 0 ? 'cache' : 'message',
    cache: (flags & CURSOR_FLAG.cacheMe) !== 0,
    data: r.rest(),
  };
}

/** The longest text from a server that we keep, bytes. */
const MAX_TEXT = 4096;

/** UTF-8 up to the first NUL; what is no UTF-8 becomes U+FFFD. */
function readText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, MAX_TEXT)));
}
