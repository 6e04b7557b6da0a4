import { expect, test } from 'vitest';
import { Dispatcher } from '../rpc/dispatcher.ts';
import { ViewerLines } from './viewer-lines.ts';

const never = new AbortController().signal;

function stage() {
  const lines = new ViewerLines(20);
  const asked: { id: string; machine: string; wish: unknown }[] = [];
  const dispatcher = new Dispatcher();
  const connection = dispatcher.connect((message) => {
    asked.push((message as { params: (typeof asked)[number] }).params);
  });
  const other = dispatcher.connect(() => undefined);
  const line = lines.open(connection, 'abcdefgh');
  return { lines, asked, connection, other, line };
}

test('an answer that is late, double, from somebody else or to nothing changes nothing', async () => {
  const { lines, asked, connection, other, line } = stage();
  const text = line.paste(never);
  const id = asked[0]?.id ?? '';
  lines.answer(other, id, { kind: 'text', text: 'not theirs' });
  lines.answer(connection, 'nothing', { kind: 'text', text: 'to nothing' });
  lines.answer(connection, id, { kind: 'text', text: 'theirs' });
  lines.answer(connection, id, { kind: 'text', text: 'twice' });
  expect(await text).toBe('theirs');
  const silent = line.paste(never);
  await expect(silent).rejects.toMatchObject({ problem: 'viewerSilent' });
  lines.answer(connection, asked[1]?.id ?? '', { kind: 'text', text: 'late' });
});

test('who asks may take it back, and a viewer that has gone is not waited for', async () => {
  const { connection, line } = stage();
  const stop = new AbortController();
  const stopped = line.resize({ width: 800, height: 600 }, stop.signal);
  stop.abort(new Error('enough'));
  await expect(stopped).rejects.toThrow('enough');
  connection.close();
  await expect(line.offer('text', never)).rejects.toMatchObject({ problem: 'gone' });
});

test('one that answers something else has not understood', async () => {
  const { lines, asked, connection, line } = stage();
  const text = line.paste(never);
  lines.answer(connection, asked[0]?.id ?? '', { kind: 'asked' });
  await expect(text).rejects.toMatchObject({ problem: 'viewerSilent' });
});
