import { expect, test, vi } from 'vitest';
import type { ViewerAgent } from '../../contract/agent.ts';
import { AgentDesk } from './agent-desk.ts';
import { type AgentLine, AgentTrouble } from './agent-line.ts';

const never = new AbortController().signal;
const TOO_LARGE = 'very long';
const SKILLED = { resizes: true, clipboard: true };

function line(name: string, heard: unknown[]): AgentLine {
  return {
    resize: async ({ width, height }) => void heard.push([name, width, height]),
    offer: async (text) => {
      if (text === TOO_LARGE) throw new AgentTrouble('toGuestTooLarge');
      heard.push([name, text]);
    },
    paste: async () => `what ${name} has`,
  };
}

/** A desk whose own sessions are numbered from 1, and what everybody heard. `guest` has copied something itself or not. */
function stage({ allowed = true } = {}) {
  const guest = { hasOwn: false, isSlow: Promise.resolve() };
  const heard: unknown[] = [];
  const end: (() => void)[] = [];
  const lost = vi.fn();
  const desk = new AgentDesk(
    {
      openSession: async ({ ended }) => {
        const name = `own ${end.push(ended)}`;
        heard.push(`${name} opens`);
        await guest.isSlow;
        return {
          ...line(name, heard),
          agent: SKILLED,
          get offers() {
            return !guest.hasOwn;
          },
          paste: async () => {
            if (!guest.hasOwn) throw new AgentTrouble('notGiven');
            return 'what the guest has';
          },
          allowClipboard: () => undefined,
          [Symbol.dispose]: () => void heard.push(`${name} closes`),
        };
      },
      lost,
    },
    allowed,
    20,
  );
  const viewer = (name: string, offers: ViewerAgent = SKILLED): (() => void) => {
    const key = {};
    desk.offer(key, offers, line(name, heard));
    return () => desk.withdraw(key);
  };
  return { desk, guest, heard, end, lost, viewer };
}

test('with viewers open, the one that offered last is asked', async () => {
  const { desk, heard, viewer } = stage();
  viewer('one');
  const close = viewer('two');
  expect(await desk.paste(never)).toBe('what two has');
  close();
  await desk.copy('text', never);
  expect(heard).toEqual([['one', 'text']]);
});

test('a viewer whose agent cannot is not gone past', async () => {
  const { desk, heard, viewer } = stage();
  for (const [agent, problem] of [
    ['absent', 'absent'],
    ['unsupported', 'unsupported'],
    [{ resizes: false, clipboard: true }, 'cannotResize'],
  ] as const) {
    viewer('viewer', agent);
    await expect(desk.resize({ width: 800, height: 600 }, never)).rejects.toMatchObject({ problem });
  }
  viewer('viewer', { resizes: true, clipboard: false });
  await expect(desk.paste(never)).rejects.toMatchObject({ problem: 'cannotShare' });
  expect(heard).toEqual([]);
});

test('without a viewer a session of our own is opened; it stays only while text may cross', async () => {
  const off = stage({ allowed: false });
  await off.desk.resize({ width: 800, height: 600 }, never);
  await vi.waitFor(() => expect(off.heard).toEqual(['own 1 opens', ['own 1', 800, 600], 'own 1 closes']));
  const on = stage();
  await on.desk.copy('text', never);
  on.guest.hasOwn = true;
  expect(await on.desk.paste(never)).toBe('what the guest has');
  expect(on.heard).toEqual(['own 1 opens', ['own 1', 'text']]);
  on.desk.allowClipboard(false);
  await vi.waitFor(() => expect(on.heard.at(-1)).toBe('own 1 closes'));
});

test('our session makes way for a viewer, which takes over the text that still stands', async () => {
  const { desk, heard, viewer } = stage();
  await desk.copy('old', never);
  await desk.copy('text', never);
  const over = desk.viewerConnects();
  await vi.waitFor(() => expect(heard.at(-1)).toBe('own 1 closes'));
  viewer('looks only', 'absent');
  const close = viewer('viewer');
  expect(heard.at(-1)).toEqual(['viewer', 'text']);
  await Promise.resolve();
  viewer('next');
  expect(heard.at(-1)).toEqual(['viewer', 'text']);
  close();
  over();
  expect(heard).not.toContain('own 2 opens');
});

test('a client that took nothing over leaves, and the guest has the text again', async () => {
  const { desk, heard } = stage();
  await desk.copy('text', never);
  const over = [desk.viewerConnects(), desk.viewerConnects()];
  over[0]?.();
  over[0]?.();
  expect(heard).not.toContain('own 2 opens');
  over[1]?.();
  await vi.waitFor(() => expect(heard.at(-1)).toEqual(['own 2', 'text']));
});

test('what was copied in the guest since is not replaced, whoever comes or leaves', async () => {
  const { desk, guest, heard, viewer } = stage();
  await desk.copy('text', never);
  guest.hasOwn = true;
  const over = desk.viewerConnects();
  viewer('viewer')();
  over();
  expect(heard).toEqual(['own 1 opens', ['own 1', 'text']]);
  guest.hasOwn = false;
  await desk.copy('next', never);
  const looked = desk.viewerConnects();
  guest.hasOwn = true;
  looked();
  expect(await desk.paste(never)).toBe('what the guest has');
  expect(heard.filter((one) => Array.isArray(one))).toEqual([
    ['own 1', 'text'],
    ['own 2', 'next'],
  ]);
});

test('beside a client that offers no agent nothing is opened', async () => {
  const { desk, heard, viewer } = stage();
  desk.viewerConnects();
  await expect(desk.paste(never)).rejects.toMatchObject({ problem: 'occupied' });
  // One that comes up meanwhile is waited for.
  const pasted = desk.paste(never);
  viewer('viewer');
  expect(await pasted).toBe('what viewer has');
  expect(heard).toEqual([]);
});

test('who takes our session away is not kicked out in turn', async () => {
  const { desk, heard, end, lost, viewer } = stage();
  await desk.copy('text', never);
  end[0]?.();
  expect(lost).toHaveBeenCalledOnce();
  viewer('viewer');
  expect(heard).toEqual(['own 1 opens', ['own 1', 'text']]);
});

test('a guest that went off, and a desk that is closed, hold no text', async () => {
  const { desk, heard, viewer, lost } = stage();
  await desk.copy('text', never);
  desk.guestGone();
  viewer('viewer')();
  await desk.copy('text', never);
  desk[Symbol.dispose]();
  await vi.waitFor(() => expect(heard.at(-1)).toBe('own 2 closes'));
  expect(heard).not.toContainEqual(['viewer', 'text']);
  expect(lost).not.toHaveBeenCalled();
});

test('a session that does not come about is told, and tried anew the next time', async () => {
  const open = vi.fn<() => Promise<never>>(() => Promise.reject(new AgentTrouble('unreachable')));
  const desk = new AgentDesk({ openSession: open, lost: () => undefined }, true);
  await expect(desk.paste(never)).rejects.toMatchObject({ problem: 'unreachable' });
  await expect(desk.paste(never)).rejects.toMatchObject({ problem: 'unreachable' });
  expect(open).toHaveBeenCalledTimes(2);
});

test('a look at the screen gives way to a viewer, which waits until it has left', async () => {
  const { desk } = stage();
  const left = Promise.withResolvers<void>();
  const look = desk.glance(false, never, async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await left.promise;
    signal.throwIfAborted();
  });
  const over = desk.viewerConnects();
  let isAlone = false;
  const alone = desk.glanced().then(() => {
    isAlone = true;
  });
  await Promise.resolve();
  expect(isAlone).toBe(false);
  left.resolve();
  await expect(look).rejects.toMatchObject({ problem: 'gone' });
  await alone;
  await expect(desk.glance(true, never, async () => 'seen')).rejects.toMatchObject({ problem: 'occupied' });
  over();
  expect(await desk.glance(false, never, async () => 'seen')).toBe('seen');
});

test('looks come one after the other, and give way to what the agent is asked', async () => {
  const { desk, heard } = stage({ allowed: false });
  const looks = [1, 2].map((number) =>
    desk.glance(false, never, async (signal) => {
      heard.push(`look ${number}`);
      if (number === 1) await Promise.resolve();
      else await new Promise((resolve) => signal.addEventListener('abort', resolve));
      heard.push(`look ${number} ends`);
    }),
  );
  await looks[0];
  await vi.waitFor(() => expect(heard).toContain('look 2'));
  await desk.resize({ width: 800, height: 600 }, never);
  await looks[1];
  expect(heard.slice(0, 6)).toEqual([
    'look 1',
    'look 1 ends',
    'look 2',
    'look 2 ends',
    'own 1 opens',
    ['own 1', 800, 600],
  ]);
});

test('our session for the agent leaves only for a look that was asked for, and has its text again after', async () => {
  const { desk, heard } = stage();
  await desk.copy('text', never);
  await expect(desk.glance(false, never, async () => 'seen')).rejects.toMatchObject({ problem: 'occupied' });
  expect(heard.at(-1)).toEqual(['own 1', 'text']);
  expect(await desk.glance(true, never, async () => 'seen')).toBe('seen');
  await vi.waitFor(() => expect(heard.at(-1)).toEqual(['own 2', 'text']));
});

test('another look while the text is offered again does not lose it', async () => {
  const { desk, guest, heard, lost } = stage();
  await desk.copy('text', never);
  const slow = Promise.withResolvers<void>();
  guest.isSlow = slow.promise;
  await desk.glance(true, never, async () => 'seen');
  await vi.waitFor(() => expect(heard.at(-1)).toBe('own 2 opens'));
  await desk.glance(true, never, async () => 'seen again');
  slow.resolve();
  await vi.waitFor(() => expect(heard.at(-1)).toEqual(['own 3', 'text']));
  expect(lost).not.toHaveBeenCalled();
});

test('a text that the guest was not given does not take the place of the one before', async () => {
  const { desk, heard, viewer } = stage();
  await desk.copy('text', never);
  await expect(desk.copy(TOO_LARGE, never)).rejects.toMatchObject({ problem: 'toGuestTooLarge' });
  desk.viewerConnects();
  viewer('viewer');
  await vi.waitFor(() => expect(heard.at(-1)).toEqual(['viewer', 'text']));
});
