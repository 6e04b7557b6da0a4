import { afterEach, expect, test, vi } from 'vitest';
import { MAX_TYPED } from '../../../backend/contract/requests.ts';
import { readClipboardText } from './clipboard-text.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

function copied(text: string): void {
  vi.stubGlobal('navigator', { clipboard: { readText: async () => text } });
}

test('what can be typed comes as it is, lines and all', async () => {
  copied('echo ~\r\n\tls\n');
  expect(await readClipboardText()).toBe('echo ~\r\n\tls\n');
});

test('a character that cannot be typed is named with its line, before anybody is asked about lines', async () => {
  copied('cd /srv\r\necho smörgåsbord\n');
  await expect(readClipboardText()).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('“ö” (U+00F6), character 8 of line 2'),
    remedy: expect.stringContaining('Leave it out'),
  });
});

test('no text, too much of it and a clipboard that is closed each say so', async () => {
  copied('');
  await expect(readClipboardText()).rejects.toMatchObject({ code: 'bad-input' });
  copied('x'.repeat(MAX_TYPED + 1));
  await expect(readClipboardText()).rejects.toMatchObject({ message: expect.stringContaining('10,001') });
  vi.stubGlobal('navigator', {});
  await expect(readClipboardText()).rejects.toMatchObject({ code: 'no-permission' });
});
