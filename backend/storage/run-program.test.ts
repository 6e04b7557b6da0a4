import { expect, test } from 'vitest';
import { runProgram } from './run-program.ts';

test('gives output, exit code and input back', async () => {
  const result = await runProgram('/bin/sh', ['-c', 'cat; echo problem >&2; exit 3'], {
    input: 'hello',
    okCodes: [3],
  });
  expect(result).toEqual({ stdout: 'hello', stderr: 'problem\n', code: 3 });
});

test('an unexpected exit code carries the arguments and the output', async () => {
  await expect(runProgram('/bin/sh', ['-c', 'echo said; echo bad news >&2; exit 2'])).rejects.toMatchObject({
    code: 'internal',
    message: 'sh failed (exit code 2): bad news',
    detail: expect.stringMatching(/\$ \/bin\/sh -c "echo said.*\nsaid\n/),
  });
});

test('a full disk is named as such', async () => {
  await expect(
    runProgram('/bin/sh', ['-c', 'echo "write error: No space left on device" >&2; exit 1']),
  ).rejects.toMatchObject({ code: 'no-space' });
});

test('a program that is not there', async () => {
  await expect(runProgram('/nowhere/at-all', [])).rejects.toMatchObject({
    code: 'not-supported',
    message: 'The program /nowhere/at-all is not there.',
  });
});

test('ends at its time limit and on abort', async () => {
  await expect(runProgram('sleep', ['60'], { timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout' });
  const stop = new AbortController();
  const run = runProgram('sleep', ['60'], { signal: stop.signal });
  stop.abort();
  await expect(run).rejects.toMatchObject({ code: 'cancelled' });
  await expect(runProgram('sleep', ['60'], { signal: stop.signal })).rejects.toMatchObject({
    code: 'cancelled',
  });
});

test('lines come while the program runs, also progress lines ended by a carriage return', async () => {
  const lines: string[] = [];
  await runProgram('printf', ['(1.00/100%%)\\r(50.00/100%%)\\rdone\\nend'], {
    onLine: (line) => lines.push(line),
  });
  expect(lines).toEqual(['(1.00/100%)', '(50.00/100%)', 'done', 'end']);
});

test('a program that does not read its input does not upset us', async () => {
  const result = await runProgram('true', [], { input: new Uint8Array(1024 * 1024) });
  expect(result.code).toBe(0);
});
