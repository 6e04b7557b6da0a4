import { expect, test, vi } from 'vitest';
import { AGENT_CAP, AGENT_MESSAGE, MAX_TEXT_BYTES } from '../../../renderer/spice/agent/agent-constants.ts';
import { announceCapabilities } from '../../../renderer/spice/agent/agent-messages.ts';
import { ByteWriter } from '../../../renderer/spice/protocol/byte-writer.ts';
import { MAIN_OUT } from '../../../renderer/spice/protocol/constants.ts';
import { ScriptedServer } from '../../../renderer/spice/testing/server.ts';
import { MAX_CLIPBOARD_BYTES } from '../../contract/agent.ts';
import { AgentSession } from './agent-session.ts';

/** MainChannel, server side (spice.proto). */
const INIT = 103;
const CHANNELS_LIST = 104;
const AGENT_DISCONNECTED = 108;
const AGENT_DATA = 109;
const CAN = [AGENT_CAP.monitorsConfig, AGENT_CAP.clipboardByDemand, AGENT_CAP.clipboardSelection];
const TOKENS = 100;

const never = new AbortController().signal;

interface Stage {
  readonly session: AgentSession;
  readonly server: ScriptedServer;
  readonly ended: () => void;
  /** Types of the messages that the agent was sent, without the first announcement. */
  sent(): number[];
  say(type: number, words: readonly number[], text?: string): void;
}

/** A session with a server whose guest has an agent with these capabilities; null: none runs. Empty: one that says nothing. */
async function stage(capabilities: readonly number[] | null, clipboard = true): Promise<Stage> {
  const server = await ScriptedServer.create();
  const ended = vi.fn();
  const opening = AgentSession.open(server.transport, {
    clipboard,
    signal: never,
    ended,
    answerTimeoutMs: 200,
  });
  // Refused where a test is about that; whoever awaits it hears of it.
  opening.catch(() => undefined);
  await vi.waitFor(() => expect(server.linked).toBe(true));
  const hasAgent = capabilities === null ? 0 : 1;
  server.send(
    INIT,
    new ByteWriter(32).u32(1).u32(1).u32(3).u32(2).u32(hasAgent).u32(TOKENS).u32(0).u32(0).bytes,
  );
  server.send(CHANNELS_LIST, new ByteWriter(4).u32(0).bytes);
  if (capabilities !== null && capabilities.length > 0)
    server.send(AGENT_DATA, announceCapabilities(false, new Set(capabilities)));
  const types = (): number[] =>
    server.received
      .filter(({ type }) => type === MAIN_OUT.agentData)
      .map(({ body }) => new DataView(Uint8Array.from(body).buffer).getUint32(4, true));
  return {
    session: await opening,
    server,
    ended,
    sent: () => types().slice(1),
    say: (type, words, text = '') => {
      const tail = new TextEncoder().encode(text);
      const length = 4 * words.length + tail.length;
      const writer = new ByteWriter(20 + length).u32(1).u32(type).u64(0n).u32(length);
      for (const word of words) writer.u32(word);
      server.send(AGENT_DATA, writer.put(tail).bytes);
    },
  };
}

test('the contract lets as much text through as the agent takes', () => {
  expect(MAX_CLIPBOARD_BYTES).toBe(MAX_TEXT_BYTES);
});

test('opens nothing but the main channel, and asks for a size', async () => {
  const { session, server, sent } = await stage(CAN);
  expect(server.requested).toEqual({ connectionId: 0, type: 1, id: 0 });
  expect(session.agent).toEqual({ resizes: true, clipboard: true });
  await session.resize({ width: 1280, height: 800 });
  await vi.waitFor(() => expect(sent()).toEqual([AGENT_MESSAGE.monitorsConfig]));
  session[Symbol.dispose]();
  expect(server.closed).toBe(true);
});

test('text is offered and given when the guest asks; what would be pasted is that text, then the guest’s own', async () => {
  const { session, sent, say } = await stage(CAN);
  await session.offer('ours');
  say(AGENT_MESSAGE.clipboardRequest, [0, 1]);
  await vi.waitFor(() => expect(sent()).toContain(AGENT_MESSAGE.clipboard));
  expect(await session.paste(never)).toBe('ours');
  say(AGENT_MESSAGE.clipboardGrab, [0, 1]);
  const both = Promise.all([session.paste(never), session.paste(never)]);
  say(AGENT_MESSAGE.clipboard, [0, 1], 'theirs');
  expect(await both).toEqual(['theirs', 'theirs']);
});

test('text that the ends of the guest’s lines make too long is refused', async () => {
  const { session } = await stage([AGENT_CAP.clipboardByDemand, AGENT_CAP.guestLineEndCrLf]);
  await expect(session.offer('\n'.repeat(MAX_TEXT_BYTES))).rejects.toMatchObject({
    problem: 'toGuestTooLarge',
  });
  expect(session.offers).toBe(false);
});

test('text that was copied before we came is asked for all the same', async () => {
  const { session, sent, say } = await stage(CAN);
  const text = session.paste(never);
  await vi.waitFor(() => expect(sent()).toContain(AGENT_MESSAGE.clipboardRequest));
  say(AGENT_MESSAGE.clipboard, [0, 1], 'from before');
  expect(await text).toBe('from before');
  const none = session.paste(never);
  say(AGENT_MESSAGE.clipboard, [0, 0]);
  await expect(none).rejects.toMatchObject({ problem: 'notGiven' });
});

test('who gives up does not take the answer from who waits for the same', async () => {
  const { session, sent, say } = await stage(CAN);
  const stop = new AbortController();
  const given = session.paste(stop.signal);
  const kept = session.paste(never);
  stop.abort(new Error('enough'));
  await expect(given).rejects.toThrow('enough');
  const late = session.paste(never);
  say(AGENT_MESSAGE.clipboard, [0, 1], 'theirs');
  expect(await Promise.all([kept, late])).toEqual(['theirs', 'theirs']);
  await vi.waitFor(() => expect(sent()).toContain(AGENT_MESSAGE.clipboardRequest));
  expect(sent().filter((type) => type === AGENT_MESSAGE.clipboardRequest)).toHaveLength(1);
});

test('without the allowance the clipboard is not even announced', async () => {
  const { session, sent } = await stage(CAN, false);
  await session.offer('ours');
  await expect(session.paste(never)).rejects.toMatchObject({ problem: 'agentSilent' });
  expect(sent()).toEqual([]);
});

test('a guest without an agent, one whose agent says nothing, one that is none', async () => {
  expect((await stage(null)).session.agent).toBe('absent');
  await expect(stage([])).rejects.toMatchObject({ problem: 'agentSilent' });
  const { session, server } = await stage(CAN);
  server.send(AGENT_DATA, new Uint8Array(20).fill(9));
  expect(session.agent).toBe('failed');
});

test('an agent that leaves, a server that ends the session and one that asks to stop end the wait', async () => {
  const { session, server, ended } = await stage(CAN);
  const left = session.paste(never);
  server.send(AGENT_DISCONNECTED, new ByteWriter(4).u32(0).bytes);
  await expect(left).rejects.toMatchObject({ problem: 'gone' });
  expect(session.agent).toBe('absent');

  const other = await stage(CAN);
  const stop = new AbortController();
  const stopped = other.session.paste(stop.signal);
  stop.abort(new Error('enough'));
  await expect(stopped).rejects.toThrow('enough');
  const cut = other.session.paste(never);
  expect(other.ended).not.toHaveBeenCalled();
  other.server.transport.onClose(null);
  await expect(cut).rejects.toMatchObject({ problem: 'gone' });
  expect(other.ended).toHaveBeenCalledOnce();
  expect(ended).not.toHaveBeenCalled();
});

test('what is no SPICE server is said to be out of reach', async () => {
  const server = await ScriptedServer.create({ reply: new TextEncoder().encode('HTTP/1.1 400 Bad Request') });
  const opening = AgentSession.open(server.transport, {
    clipboard: true,
    signal: never,
    ended: () => undefined,
  });
  await expect(opening).rejects.toMatchObject({ problem: 'unreachable' });
  expect(server.closed).toBe(true);
});
