import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../protocol/byte-writer.ts';
import { AGENT_CAP, AGENT_MESSAGE, MAX_TEXT_BYTES } from './agent-constants.ts';
import { announceCapabilities } from './agent-messages.ts';
import { CAN, guest } from './testing/guest.ts';

/** A guest that counts grabs as spice-vdagentd does, with a way that takes its time in both directions. */
function vdagentd(send: (...said: readonly [type: number, words: readonly number[]]) => void) {
  let serial = 0;
  let isTold = false;
  const taken: number[] = [];
  const onWay: number[] = [];
  return {
    taken,
    /** Somebody copies in the guest; it is on its way until `arrive`. */
    copies: (): void => {
      if (isTold) onWay.push(serial++);
    },
    arrive: (): void => {
      for (const one of onWay.splice(0)) send(AGENT_MESSAGE.clipboardGrab, [0, one, 1]);
    },
    reads: (messages: (readonly [type: number, ...words: number[]])[]): void => {
      for (const [type, ...words] of messages.splice(0)) {
        const number = words[1] ?? 0;
        if (type === AGENT_MESSAGE.announceCapabilities)
          isTold = (number & (1 << AGENT_CAP.clipboardByDemand)) !== 0;
        if (type !== AGENT_MESSAGE.clipboardGrab || (number !== serial && number !== serial - 1)) continue;
        serial = number + 1;
        taken.push(number);
      }
    },
  };
}

test('a copy in the guest that comes after the clipboard was switched off is counted, as the guest did', () => {
  const { agent, sent, heard, say, start } = guest();
  const daemon = vdagentd(say);
  start();
  agent.allowClipboard(true);
  daemon.reads(sent);
  daemon.copies();
  daemon.arrive();
  daemon.copies();
  agent.allowClipboard(false);
  daemon.arrive();
  daemon.reads(sent);
  expect(heard).toEqual(['offered']);
  agent.allowClipboard(true);
  daemon.reads(sent);
  agent.offer('ours');
  daemon.reads(sent);
  expect(daemon.taken).toEqual([2]);
  daemon.copies();
  daemon.arrive();
  expect(heard).toEqual(['offered', 'offered']);
  agent.offer('ours again');
  daemon.reads(sent);
  expect(daemon.taken).toEqual([2, 4]);
});

test('both sides count alike, whenever the clipboard is switched and whatever is on its way', () => {
  const steps = ['allow', 'reads', 'copies', 'copies', 'forbid', 'arrive', 'offer'] as const;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...steps), { minLength: 20, maxLength: 60 }), (taken) => {
      const { agent, sent, heard, say, start } = guest();
      const daemon = vdagentd(say);
      start();
      for (const step of taken) {
        if (step === 'allow' || step === 'forbid') agent.allowClipboard(step === 'allow');
        else if (step === 'offer') agent.offer('ours');
        else if (step === 'reads') daemon.reads(sent);
        else daemon[step]();
      }
      daemon.arrive();
      agent.allowClipboard(true);
      daemon.reads(sent);
      daemon.taken.length = 0;
      agent.offer('ours');
      daemon.reads(sent);
      expect(daemon.taken).toHaveLength(1);
      heard.length = 0;
      daemon.copies();
      daemon.arrive();
      expect(heard).toEqual(['offered']);
    }),
    { numRuns: 300 },
  );
});

test('the clipboard is announced also when it is allowed before the agent has answered', () => {
  const { agent, sent, send } = guest();
  agent.connected(send);
  agent.allowClipboard(true);
  agent.data(announceCapabilities(false, new Set(CAN)));
  agent.offer('ours');
  expect(sent.map(([type]) => type)).toEqual([
    AGENT_MESSAGE.announceCapabilities,
    AGENT_MESSAGE.announceCapabilities,
    AGENT_MESSAGE.clipboardGrab,
  ]);
});

test('the release that spice-vdagentd sends of its own, of one byte, ends nothing but the offer', () => {
  const { agent, sent, heard, start, say } = guest();
  start();
  agent.allowClipboard(true);
  sent.length = 0;
  say(AGENT_MESSAGE.clipboardGrab, [0, 0, 1]);
  const release = (selection: number): void =>
    agent.data(
      new ByteWriter(21).u32(1).u32(AGENT_MESSAGE.clipboardRelease).u64(0n).u32(1).u8(selection).bytes,
    );
  release(1);
  agent.take();
  expect(sent).toEqual([[AGENT_MESSAGE.clipboardRequest, 0, 1]]);
  release(0);
  agent.take();
  expect(sent).toHaveLength(1);
  say(AGENT_MESSAGE.clipboardGrab, [0, 1, 1]);
  expect(heard).toEqual(['offered', 'offered']);
});

test('text that was offered before the agent came gets the ends of lines that its guest has', () => {
  const { agent, texts, heard, send, say } = guest([AGENT_CAP.clipboardByDemand]);
  agent.allowClipboard(true);
  agent.offer('a\nb');
  agent.connected(send);
  const crLf = [AGENT_CAP.clipboardByDemand, AGENT_CAP.guestLineEndCrLf];
  agent.data(announceCapabilities(false, new Set(crLf)));
  say(AGENT_MESSAGE.clipboardRequest, [1]);
  expect(texts).toEqual(['a\r\nb']);
  // Another that starts in its place ends them with LF.
  agent.connected(send);
  agent.data(announceCapabilities(false, new Set([AGENT_CAP.clipboardByDemand])));
  say(AGENT_MESSAGE.clipboardRequest, [1]);
  expect(texts).toEqual(['a\r\nb', 'a\nb']);
  expect(heard).not.toContain('toGuestTooLarge');
});

test('text that proves too long when the agent says how its lines end is taken back, and it says so', () => {
  const { agent, sent, texts, heard, send, say } = guest([AGENT_CAP.clipboardByDemand]);
  const crLf = [AGENT_CAP.clipboardByDemand, AGENT_CAP.guestLineEndCrLf];
  agent.allowClipboard(true);
  agent.offer('\n'.repeat(MAX_TEXT_BYTES));
  agent.connected(send);
  agent.data(announceCapabilities(false, new Set(crLf)));
  expect(heard.filter((one) => one === 'toGuestTooLarge')).toHaveLength(1);
  expect(agent.offers).toBe(false);
  expect(sent.map(([type]) => type)).toEqual([AGENT_MESSAGE.announceCapabilities]);
  agent.connected(send);
  agent.data(announceCapabilities(false, new Set([AGENT_CAP.clipboardByDemand])));
  agent.offer('\n'.repeat(MAX_TEXT_BYTES));
  agent.data(announceCapabilities(false, new Set(crLf)));
  say(AGENT_MESSAGE.clipboardRequest, [1]);
  expect(texts).toEqual(['']);
  expect(heard.filter((one) => one === 'toGuestTooLarge')).toHaveLength(2);
  expect(agent.offers).toBe(false);
});
