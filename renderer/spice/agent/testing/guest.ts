import { expect } from 'vitest';
import { ByteWriter } from '../../protocol/byte-writer.ts';
import { AGENT_CAP, AGENT_MESSAGE } from '../agent-constants.ts';
import { announceCapabilities } from '../agent-messages.ts';
import { GuestAgent } from '../guest-agent.ts';

/** What spice-vdagentd announces of what we use. */
export const CAN = [
  AGENT_CAP.monitorsConfig,
  AGENT_CAP.clipboardByDemand,
  AGENT_CAP.clipboardSelection,
  AGENT_CAP.clipboardNoReleaseOnRegrab,
  AGENT_CAP.clipboardGrabSerial,
];

/** The agent's end: what it was sent, as [type, words of data]. */
export function guest(capabilities: readonly number[] = CAN) {
  const sent: (readonly [type: number, ...words: number[]])[] = [];
  const texts: string[] = [];
  const heard: unknown[] = [];
  let takes: () => Promise<void> = () => Promise.resolve();
  const agent = new GuestAgent({
    skills: (skills) => heard.push(skills),
    failed: () => heard.push('failed'),
    offered: () => heard.push('offered'),
    text: (text) => heard.push(['text', text]),
    given: () => heard.push('given'),
    problem: (problem) => heard.push(problem),
  });
  const send = (bytes: Uint8Array): Promise<void> => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const type = view.getUint32(4, true);
    expect(view.getUint32(16, true)).toBe(bytes.length - 20);
    if (type === AGENT_MESSAGE.clipboard) {
      const head = capabilities.includes(AGENT_CAP.clipboardSelection) ? 8 : 4;
      texts.push(new TextDecoder().decode(bytes.subarray(20 + head)));
      sent.push([type, view.getUint32(20 + head - 4, true)]);
    } else {
      const words = Array.from({ length: (bytes.length - 20) / 4 }, (_, at) =>
        view.getUint32(20 + 4 * at, true),
      );
      sent.push([type, ...words]);
    }
    return takes();
  };
  const say = (type: number, words: readonly number[], text = ''): void => {
    const tail = new TextEncoder().encode(text);
    const length = 4 * words.length + tail.length;
    const writer = new ByteWriter(20 + length).u32(1).u32(type).u64(0n).u32(length);
    for (const word of words) writer.u32(word);
    agent.data(writer.put(tail).bytes);
  };
  const start = (): void => {
    agent.connected(send);
    agent.data(announceCapabilities(false, new Set(capabilities)));
    sent.length = 0;
    heard.length = 0;
  };
  const stall = (): void => {
    takes = () => new Promise(() => undefined);
  };
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  return { agent, sent, texts, heard, send, say, start, stall, settled };
}
