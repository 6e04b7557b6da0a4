import { ByteReader } from '../protocol/byte-reader.ts';
import { ByteWriter } from '../protocol/byte-writer.ts';
import { AGENT_CAP, AGENT_MESSAGE, AGENT_PROTOCOL, CLIPBOARD_SELECTION } from './agent-constants.ts';

/** AGENT_CAP bits that a side announced. */
export type AgentCapabilities = ReadonlySet<number>;

/** What is said about the clipboard depends on what both sides can. */
export interface ClipboardForm {
  /** A selection stands first. */
  readonly selection: boolean;
  /** Grabs carry a number. */
  readonly serial: boolean;
}

const always: readonly number[] = [AGENT_CAP.monitorsConfig];
/** Announced only while the person allows it: without them the guest does not even say that something was copied. */
const forClipboard: readonly number[] = [
  AGENT_CAP.clipboardByDemand,
  AGENT_CAP.clipboardSelection,
  AGENT_CAP.clipboardNoReleaseOnRegrab,
  AGENT_CAP.clipboardGrabSerial,
];

/** What we announce. */
export function ourCapabilities(withClipboard: boolean): AgentCapabilities {
  return new Set(withClipboard ? [...always, ...forClipboard] : always);
}

export function clipboardForm(ours: AgentCapabilities, theirs: AgentCapabilities): ClipboardForm {
  const both = (bit: number): boolean => ours.has(bit) && theirs.has(bit);
  return { selection: both(AGENT_CAP.clipboardSelection), serial: both(AGENT_CAP.clipboardGrabSerial) };
}

export type AgentMessage =
  | { readonly kind: 'capabilities'; readonly wantsOurs: boolean; readonly bits: AgentCapabilities }
  | { readonly kind: 'reply'; readonly to: number; readonly error: number }
  | {
      readonly kind: 'grab';
      readonly selection: number;
      readonly serial: number | null;
      /** CLIPBOARD_TYPE */
      readonly types: readonly number[];
    }
  | { readonly kind: 'request'; readonly selection: number; readonly type: number }
  | {
      readonly kind: 'clipboard';
      readonly selection: number;
      readonly type: number;
      readonly data: Uint8Array;
    }
  | { readonly kind: 'release'; readonly selection: number };

/** Reads a message's data (a view); null for a type that is none of ours. Throws a ProtocolError where it is too short. */
export function readAgentMessage(type: number, data: Uint8Array, form: ClipboardForm): AgentMessage | null {
  switch (type) {
    case AGENT_MESSAGE.announceCapabilities: {
      const reader = new ByteReader(data, 'agent.announceCapabilities');
      return { kind: 'capabilities', wantsOurs: reader.u32() !== 0, bits: readBits(reader) };
    }
    case AGENT_MESSAGE.reply: {
      const reader = new ByteReader(data, 'agent.reply');
      return { kind: 'reply', to: reader.u32(), error: reader.u32() };
    }
    case AGENT_MESSAGE.clipboardGrab: {
      const reader = new ByteReader(data, 'agent.clipboardGrab');
      const selection = readSelection(reader, form);
      const serial = form.serial ? reader.u32() : null;
      return { kind: 'grab', selection, serial, types: readWords(reader) };
    }
    case AGENT_MESSAGE.clipboardRequest: {
      const reader = new ByteReader(data, 'agent.clipboardRequest');
      return { kind: 'request', selection: readSelection(reader, form), type: reader.u32() };
    }
    case AGENT_MESSAGE.clipboard: {
      const reader = new ByteReader(data, 'agent.clipboard');
      const selection = readSelection(reader, form);
      return { kind: 'clipboard', selection, type: reader.u32(), data: reader.rest() };
    }
    case AGENT_MESSAGE.clipboardRelease: {
      const reader = new ByteReader(data, 'agent.clipboardRelease');
      // spice-vdagentd's own (release_clipboards) has the selection's byte without the three that are reserved.
      return { kind: 'release', selection: form.selection ? reader.u8() : CLIPBOARD_SELECTION };
    }
    default:
      return null;
  }
}

/** @param asks whether the other side is to announce its own. */
export function announceCapabilities(asks: boolean, bits: AgentCapabilities): Uint8Array {
  const words = new Uint32Array(1 + Math.floor(Math.max(0, ...bits) / 32));
  for (const bit of bits) words[bit >> 5] = (words[bit >> 5] ?? 0) | (1 << (bit & 31));
  const writer = message(AGENT_MESSAGE.announceCapabilities, 4 + 4 * words.length).u32(asks ? 1 : 0);
  for (const word of words) writer.u32(word);
  return writer.bytes;
}

/** One monitor of that many guest pixels. */
export function monitorsConfig(width: number, height: number): Uint8Array {
  const DEPTH = 32;
  return message(AGENT_MESSAGE.monitorsConfig, 28)
    .u32(1)
    .u32(0)
    .u32(height)
    .u32(width)
    .u32(DEPTH)
    .i32(0)
    .i32(0).bytes;
}

/** @param serial how many grabs there were before this one; left out where grabs carry no number. */
export function clipboardGrab(form: ClipboardForm, serial: number, types: readonly number[]): Uint8Array {
  const length = selectionBytes(form) + (form.serial ? 4 : 0) + 4 * types.length;
  const writer = select(message(AGENT_MESSAGE.clipboardGrab, length), form);
  if (form.serial) writer.u32(serial);
  for (const type of types) writer.u32(type);
  return writer.bytes;
}

export function clipboardRequest(form: ClipboardForm, type: number): Uint8Array {
  return select(message(AGENT_MESSAGE.clipboardRequest, selectionBytes(form) + 4), form).u32(type).bytes;
}

export function clipboardData(form: ClipboardForm, type: number, data: Uint8Array): Uint8Array {
  const length = selectionBytes(form) + 4 + data.length;
  return select(message(AGENT_MESSAGE.clipboard, length), form).u32(type).put(data).bytes;
}

export function clipboardRelease(form: ClipboardForm): Uint8Array {
  return select(message(AGENT_MESSAGE.clipboardRelease, selectionBytes(form)), form).bytes;
}

/** How many bytes of clipboard we take. */
export function maxClipboard(bytes: number): Uint8Array {
  return message(AGENT_MESSAGE.maxClipboard, 4).i32(bytes).bytes;
}

function message(type: number, dataBytes: number): ByteWriter {
  return new ByteWriter(20 + dataBytes).u32(AGENT_PROTOCOL).u32(type).u64(0n).u32(dataBytes);
}

function selectionBytes(form: ClipboardForm): number {
  return form.selection ? 4 : 0;
}

/** The selection's byte and three that are reserved. */
function select(writer: ByteWriter, form: ClipboardForm): ByteWriter {
  return form.selection ? writer.u32(CLIPBOARD_SELECTION) : writer;
}

function readSelection(reader: ByteReader, form: ClipboardForm): number {
  return form.selection ? reader.u32() & 0xff : CLIPBOARD_SELECTION;
}

function readWords(reader: ByteReader): number[] {
  const words: number[] = [];
  while (reader.remaining >= 4) words.push(reader.u32());
  return words;
}

function readBits(reader: ByteReader): AgentCapabilities {
  const bits = new Set<number>();
  readWords(reader).forEach((word, index) => {
    for (let bit = 0; bit < 32; bit += 1) if ((word & (1 << bit)) !== 0) bits.add(index * 32 + bit);
  });
  return bits;
}
