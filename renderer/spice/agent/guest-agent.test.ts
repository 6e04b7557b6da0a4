import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AGENT_CAP, AGENT_MESSAGE, MAX_TEXT_BYTES } from './agent-constants.ts';
import { announceCapabilities } from './agent-messages.ts';
import { CAN, guest } from './testing/guest.ts';

test('says what the agent can, and asks it first', () => {
  const { agent, sent, heard, send } = guest();
  agent.connected(send);
  expect(sent).toEqual([[AGENT_MESSAGE.announceCapabilities, 1, 1 << AGENT_CAP.monitorsConfig]]);
  agent.data(announceCapabilities(true, new Set([AGENT_CAP.clipboardByDemand])));
  expect(sent.at(-1)).toEqual([AGENT_MESSAGE.announceCapabilities, 0, 1 << AGENT_CAP.monitorsConfig]);
  expect(heard).toEqual([null, { resizes: false, clipboard: true }]);
  agent.resize(800, 600);
  expect(sent).toHaveLength(2);
});

test('asks for a screen of one monitor', () => {
  const { agent, sent, start } = guest();
  start();
  agent.resize(1280, 721);
  expect(sent).toEqual([[AGENT_MESSAGE.monitorsConfig, 1, 0, 721, 1280, 32, 0, 0]]);
});

test('nothing of the clipboard crosses while it is not allowed', () => {
  const { agent, sent, heard, say, start } = guest();
  start();
  agent.offer('secret');
  say(AGENT_MESSAGE.clipboardGrab, [0, 0, 1]);
  agent.take();
  say(AGENT_MESSAGE.clipboard, [0, 1], 'theirs');
  say(AGENT_MESSAGE.clipboardRequest, [0, 1]);
  expect(sent).toEqual([]);
  expect(heard).toEqual([]);
});

test('gives what was offered when the guest asks, and nothing any more once it is taken back', async () => {
  const { agent, sent, texts, heard, say, start, settled } = guest();
  start();
  agent.allowClipboard(true);
  agent.offer('one\r\ntwo');
  expect(sent).toEqual([
    [AGENT_MESSAGE.announceCapabilities, 0, CAN.reduce((bits, bit) => bits | (1 << bit), 0)],
    [AGENT_MESSAGE.clipboardGrab, 0, 0, 1],
  ]);
  say(AGENT_MESSAGE.clipboardRequest, [0, 1]);
  await settled();
  expect(texts).toEqual(['one\ntwo']);
  expect(heard).toEqual(['given']);
  agent.allowClipboard(false);
  expect(sent.slice(-2)).toEqual([
    [AGENT_MESSAGE.clipboardRelease, 0],
    [AGENT_MESSAGE.announceCapabilities, 0, 1 << AGENT_CAP.monitorsConfig],
  ]);
  say(AGENT_MESSAGE.clipboardRequest, [0, 1]);
  expect(texts).toHaveLength(1);
});

test('takes the guest’s text only when asked to, and of its clipboard alone', () => {
  const { agent, sent, heard, say, start } = guest();
  start();
  agent.allowClipboard(true);
  sent.length = 0;
  say(AGENT_MESSAGE.clipboardGrab, [1, 0, 1]);
  agent.take();
  expect(sent).toEqual([]);
  say(AGENT_MESSAGE.clipboardGrab, [0, 0, 2, 1]);
  expect(heard).toEqual(['offered']);
  say(AGENT_MESSAGE.clipboard, [0, 1], 'unasked');
  agent.take();
  expect(sent).toEqual([[AGENT_MESSAGE.clipboardRequest, 0, 1]]);
  say(AGENT_MESSAGE.clipboard, [0, 1], 'ümlaut\r\n\0');
  say(AGENT_MESSAGE.clipboard, [0, 1], 'unasked');
  expect(heard).toEqual(['offered', ['text', 'ümlaut\n']]);
});

test('tells what would be pasted: ours while it stands, else what the guest has, offered or not', () => {
  const { agent, sent, heard, say, start } = guest();
  start();
  agent.paste();
  agent.allowClipboard(true);
  sent.length = 0;
  agent.paste();
  expect(sent).toEqual([[AGENT_MESSAGE.clipboardRequest, 0, 1]]);
  say(AGENT_MESSAGE.clipboard, [0, 1], 'from before');
  agent.offer('ours\r\n');
  agent.paste();
  expect(agent.offers).toBe(true);
  say(AGENT_MESSAGE.clipboardGrab, [0, 1, 1]);
  agent.paste();
  say(AGENT_MESSAGE.clipboard, [0, 0]);
  expect(heard).toEqual([['text', 'from before'], ['text', 'ours\n'], 'offered', 'notGiven']);
  expect(agent.offers).toBe(false);
});

test('when both copy at once, ours stays and the guest’s late one is dropped', () => {
  const { agent, heard, say, start } = guest();
  start();
  agent.allowClipboard(true);
  agent.offer('ours');
  say(AGENT_MESSAGE.clipboardGrab, [0, 0, 1]);
  expect(heard).toEqual([]);
  say(AGENT_MESSAGE.clipboardGrab, [0, 1, 1]);
  expect(heard).toEqual(['offered']);
});

test('an older agent gets neither selection nor number, and a release before each grab', () => {
  const { agent, sent, texts, say, start } = guest([AGENT_CAP.clipboardByDemand, AGENT_CAP.guestLineEndCrLf]);
  start();
  agent.allowClipboard(true);
  sent.length = 0;
  agent.offer('a\nb');
  expect(sent).toEqual([[AGENT_MESSAGE.clipboardRelease], [AGENT_MESSAGE.clipboardGrab, 1]]);
  say(AGENT_MESSAGE.clipboardRequest, [1]);
  expect(texts).toEqual(['a\r\nb']);
});

test('an agent that restarts is asked again, forgets its own and is offered ours again', () => {
  const { agent, sent, heard, send, say, start } = guest();
  start();
  agent.allowClipboard(true);
  agent.offer('ours');
  // Half a message is left behind.
  agent.data(Uint8Array.of(1, 0, 0));
  agent.connected(null);
  sent.length = 0;
  heard.length = 0;
  agent.connected(send);
  agent.data(announceCapabilities(false, new Set(CAN)));
  expect(sent.map(([type]) => type)).toEqual([
    AGENT_MESSAGE.announceCapabilities,
    AGENT_MESSAGE.clipboardGrab,
  ]);
  expect(heard).toEqual([null, { resizes: true, clipboard: true }]);
  say(AGENT_MESSAGE.clipboardGrab, [0, 1, 1]);
  agent.connected(null);
  sent.length = 0;
  agent.connected(send);
  agent.data(announceCapabilities(false, new Set(CAN)));
  agent.take();
  expect(sent.map(([type]) => type)).toEqual([AGENT_MESSAGE.announceCapabilities]);
});

test('texts that are too long do not cross, and it says so', () => {
  const { agent, sent, heard, say, start } = guest();
  start();
  agent.allowClipboard(true);
  sent.length = 0;
  agent.offer('ü'.repeat(MAX_TEXT_BYTES / 2 + 1));
  expect(sent).toEqual([]);
  say(AGENT_MESSAGE.clipboardGrab, [0, 0, 1]);
  agent.take();
  say(AGENT_MESSAGE.clipboard, [0, 1], 'x'.repeat(MAX_TEXT_BYTES + 1));
  agent.take();
  say(AGENT_MESSAGE.clipboard, [0, 1], 'x'.repeat(MAX_TEXT_BYTES));
  agent.take();
  say(AGENT_MESSAGE.clipboard, [0, 1]);
  expect(heard.map((one) => (Array.isArray(one) ? one[0] : one))).toEqual([
    'toGuestTooLarge',
    'offered',
    'fromGuestTooLarge',
    'text',
    'notGiven',
  ]);
});

test('an agent that asks and takes nothing is not answered without end', () => {
  const { agent, texts, sent, say, start, stall } = guest();
  start();
  agent.allowClipboard(true);
  agent.offer('x'.repeat(MAX_TEXT_BYTES));
  stall();
  for (let times = 0; times < 1000; times += 1) say(AGENT_MESSAGE.clipboardRequest, [0, 1]);
  expect(texts.filter((text) => text !== '')).toHaveLength(4);
  expect(sent.length).toBeLessThan(100);
});

test('no bytes from the guest make it throw; what is no agent’s ends the agent alone', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(2, 3, 4, 6, 7, 8, 9, 14),
      fc.array(fc.uint8Array({ maxLength: 64 })),
      (type, pieces) => {
        const { agent, say, start } = guest();
        start();
        agent.allowClipboard(true);
        for (const piece of pieces) {
          say(
            type,
            [...piece].map((byte) => byte & 3),
          );
          agent.data(piece);
          agent.take();
          agent.paste();
        }
      },
    ),
  );
  const { agent, heard, start, sent } = guest();
  start();
  agent.data(Uint8Array.from({ length: 20 }, () => 9));
  expect(heard).toEqual(['failed', null]);
  agent.resize(800, 600);
  expect(sent).toEqual([]);
});
