import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MAX_TEXT_BYTES } from '../../spice/agent/agent-constants.ts';
import { ClipboardLink } from './clipboard-link.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A person's clipboard of which a page without the focus gets nothing, and what the agent is asked. */
function desk() {
  const state = { text: '', hasFocus: true, refuses: false };
  const asked: unknown[] = [];
  const told: unknown[] = [];
  const open = async <T>(use: () => T): Promise<T> => {
    if (!state.hasFocus || state.refuses) throw new DOMException('no', 'NotAllowedError');
    return use();
  };
  const link = new ClipboardLink(
    {
      readText: () => open(() => state.text),
      writeText: (text) =>
        open(() => {
          state.text = text;
        }),
    },
    {
      resize: () => undefined,
      allowClipboard: (allowed) => asked.push(['allow', allowed]),
      offerText: (text) => asked.push(['offer', text]),
      takeText: () => asked.push('take'),
      pasteText: () => asked.push('paste'),
    },
    () => state.hasFocus,
    { crossed: (way) => told.push(way), problem: (what) => told.push(what) },
  );
  return { state, asked, told, link };
}

test('offers what the person copied, once', async () => {
  const { state, asked, link } = desk();
  state.text = 'one\r\ntwo';
  await link.sync('came');
  await link.sync('came');
  expect(asked).toEqual([
    ['allow', true],
    ['offer', 'one\ntwo'],
  ]);
});

test('what is copied while the clipboard is being read is not missed', async () => {
  const { state, asked, link } = desk();
  state.text = 'one';
  const first = link.sync('came');
  state.text = 'two';
  await Promise.all([first, link.sync('came')]);
  expect(asked.at(-1)).toEqual(['offer', 'two']);
});

test('the guest’s text is taken and not offered back to it', async () => {
  const { state, asked, told, link } = desk();
  link.hear({ kind: 'offered' });
  link.hear({ kind: 'offered' });
  await vi.runAllTimersAsync();
  link.hear({ kind: 'text', text: 'theirs' });
  await vi.runAllTimersAsync();
  await link.sync('came');
  expect(asked).toEqual([['allow', true], 'take']);
  expect(state.text).toBe('theirs');
  expect(told).toEqual(['fromGuest']);
});

test('without the focus nothing is asked for or lost: it is done when the person is back', async () => {
  const { state, asked, told, link } = desk();
  state.hasFocus = false;
  link.hear({ kind: 'offered' });
  await vi.runAllTimersAsync();
  expect(asked).toEqual([['allow', true]]);
  link.hear({ kind: 'text', text: 'late' });
  await vi.runAllTimersAsync();
  expect(told).toEqual([]);
  state.hasFocus = true;
  await link.sync('came');
  expect(state.text).toBe('late');
  await link.sync('came');
  await vi.runAllTimersAsync();
  expect(asked.at(-1)).toBe('take');
});

test('what the person copied meanwhile is newer than what the guest has', async () => {
  const { state, asked, link } = desk();
  state.hasFocus = false;
  link.hear({ kind: 'offered' });
  state.text = 'newer';
  state.hasFocus = true;
  await link.sync('came');
  await vi.runAllTimersAsync();
  expect(asked).toEqual([
    ['allow', true],
    ['offer', 'newer'],
  ]);
});

test('text from elsewhere goes to the guest and not to the person, whose own is still known', async () => {
  const { state, asked, link } = desk();
  state.text = 'mine';
  await link.sync('came');
  link.offer('from elsewhere');
  await link.sync('came');
  expect(state.text).toBe('mine');
  expect(asked).toEqual([
    ['allow', true],
    ['offer', 'mine'],
    ['offer', 'from elsewhere'],
  ]);
});

test('what two paste at once is one question, whose answer leaves the person’s clipboard as it is', async () => {
  const { state, asked, link } = desk();
  state.text = 'mine';
  const both = [link.paste(), link.paste()];
  for (const one of asked) if (one === 'paste') link.hear({ kind: 'text', text: 'theirs' });
  for (const paste of both) expect(await paste).toEqual({ kind: 'text', text: 'theirs' });
  await vi.runAllTimersAsync();
  expect(state.text).toBe('mine');
  void link.paste();
  expect(asked).toEqual([['allow', true], 'paste', 'paste']);
});

test('what others paste is told to them alone', async () => {
  const { state, asked, told, link } = desk();
  const both = Promise.all([link.paste(), link.paste()]);
  link.hear({ kind: 'text', text: 'theirs' });
  expect(await both).toEqual([
    { kind: 'text', text: 'theirs' },
    { kind: 'text', text: 'theirs' },
  ]);
  const none = link.paste();
  link.hear({ kind: 'problem', problem: 'notGiven' });
  expect(await none).toEqual({ kind: 'problem', problem: 'notGiven' });
  expect(state.text).toBe('');
  expect(told).toEqual(['fromGuest']);
  const late = link.paste();
  link[Symbol.dispose]();
  expect(await late).toBeNull();
  expect(await link.paste()).toBeNull();
  expect(asked).toEqual([['allow', true], 'paste', 'paste', 'paste', ['allow', false]]);
});

test('while the person’s text is on its way, whoever pastes gets that as well', async () => {
  const { state, link } = desk();
  link.hear({ kind: 'offered' });
  await vi.runAllTimersAsync();
  const pasted = link.paste();
  link.hear({ kind: 'text', text: 'theirs' });
  link.hear({ kind: 'text', text: 'theirs' });
  expect(await pasted).toEqual({ kind: 'text', text: 'theirs' });
  await vi.runAllTimersAsync();
  expect(state.text).toBe('theirs');
});

test('a guest that released its clipboard before it was asked: what others paste later stays theirs', async () => {
  const { state, asked, told, link } = desk();
  state.text = 'mine';
  link.hear({ kind: 'offered' });
  await vi.runAllTimersAsync();
  expect(asked).toEqual([['allow', true], 'take']);
  const pasted = link.paste();
  link.hear({ kind: 'text', text: 'for others' });
  expect(await pasted).toEqual({ kind: 'text', text: 'for others' });
  await vi.runAllTimersAsync();
  expect(state.text).toBe('mine');
  expect(told).toEqual(['fromGuest']);
});

test('a browser that refuses is told of once; too much text is not offered', async () => {
  const { state, asked, told, link } = desk();
  state.refuses = true;
  await link.sync('came');
  await link.sync('came');
  expect(told).toEqual(['notRead']);
  state.refuses = false;
  state.text = 'x'.repeat(MAX_TEXT_BYTES + 1);
  await link.sync('came');
  expect(told).toEqual(['notRead', 'toGuestTooLarge']);
  link[Symbol.dispose]();
  state.text = 'after';
  await link.sync('came');
  expect(asked).toEqual([
    ['allow', true],
    ['allow', false],
  ]);
});

test('a text of the guest that the browser kept out is not lost to an older one of the person’s', async () => {
  const { state, asked, link } = desk();
  state.text = 'older';
  state.refuses = true;
  link.hear({ kind: 'text', text: 'of the guest' });
  await vi.runAllTimersAsync();
  state.refuses = false;
  await link.sync('pastes');
  expect(state.text).toBe('of the guest');
  expect(asked).toEqual([['allow', true]]);
  state.text = 'newer, from elsewhere';
  await link.sync('came');
  expect(asked.at(-1)).toEqual(['offer', 'newer, from elsewhere']);
});
