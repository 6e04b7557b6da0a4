import { expect, test, vi } from 'vitest';
import { type DisplayNow, displayCommands } from './commands.ts';

function now(more: Partial<DisplayNow> = {}): DisplayNow {
  return {
    isUp: true,
    isLive: true,
    isFullScreen: false,
    mode: 'fit',
    follow: 'sharp',
    agent: { resizes: true, clipboard: true },
    monitors: { ids: [], shown: 'all' },
    ratio: 1,
    clipboard: { isAllowed: false, problem: null, allow: () => {} },
    leaveFullScreen: () => {},
    copyPicture: () => {},
    showMonitor: () => {},
    send: () => {},
    ...more,
  };
}

function named(commands: ReturnType<typeof displayCommands>, label: string) {
  const found = commands.find((command) => command.label === label);
  if (found === undefined) throw new Error(`no command ${label}`);
  return found;
}

test('sizes, clipboard, screenshot and keys of a live display are found, with how they stand', () => {
  const allow = vi.fn();
  const send = vi.fn();
  const commands = displayCommands(now({ send, clipboard: { isAllowed: true, problem: null, allow } }));
  expect(named(commands, 'Fit the window').note).toBe('Chosen');
  expect(named(commands, 'Largest whole multiple').note).toBeUndefined();
  expect(named(commands, 'Guest follows the window').note).toBe('On');
  const share = named(commands, 'Share the clipboard');
  expect(share.note).toBe('On');
  share.run();
  expect(allow).toHaveBeenCalledWith(false);
  named(commands, 'Send Alt+Tab').run();
  expect(send).toHaveBeenCalledWith(['alt', 'tab']);
  expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
});

test('what needs the guest’s agent says why it cannot be done, and is off', () => {
  const problem = 'The guest’s SPICE agent does not answer.';
  const commands = displayCommands(
    now({ agent: 'absent', clipboard: { isAllowed: true, problem, allow: () => {} } }),
  );
  expect(named(commands, 'Share the clipboard')).toMatchObject({ disabledReason: problem, note: 'Off' });
  expect(named(commands, 'Guest follows the window')).toMatchObject({
    disabledReason: expect.stringContaining('spice-vdagent'),
    note: 'Off',
  });
});

test('a paused guest takes no keys, and one that is off has no screen', () => {
  const paused = displayCommands(now({ isLive: false })).map(({ label }) => label);
  expect(paused).toContain('Fit the window');
  expect(paused).not.toContain('Send Alt+Tab');
  expect(displayCommands(now({ isUp: false }))).toEqual([]);
});

test('full screen can be left from there', () => {
  const leave = vi.fn();
  named(displayCommands(now({ isFullScreen: true, leaveFullScreen: leave })), 'Leave full screen').run();
  expect(leave).toHaveBeenCalledOnce();
});

test('of monitors each can be shown, or all; where there are none to choose from, no command says so', () => {
  const showMonitor = vi.fn();
  const commands = displayCommands(now({ showMonitor, monitors: { ids: [0, 3], shown: 3 } }));
  expect(named(commands, 'Monitor 1').note).toBeUndefined();
  expect(named(commands, 'Monitor 2').note).toBe('Chosen');
  named(commands, 'Monitor 1').run();
  named(commands, 'All monitors').run();
  expect(showMonitor.mock.calls).toEqual([[0], ['all']]);
  const alone = displayCommands(now()).map(({ label }) => label);
  expect(alone.filter((label) => label.includes('onitor'))).toEqual([]);
});

test('a guest with several monitors is not asked for a size, which would turn the others off', () => {
  const commands = displayCommands(now({ monitors: { ids: [0, 1], shown: 0 } }));
  expect(named(commands, 'Guest follows the window')).toMatchObject({
    note: 'Off',
    disabledReason: expect.stringContaining('more than one monitor'),
  });
});
