// Telling the person what is done and how long it took.
import { spawn } from 'node:child_process';

/** A problem that the person can mend; its message is all they need to read. */
export class SetupProblem extends Error {}

/** Runs `work` and prints `title … 1.2 s` when it is done. `say` gets the whole line. */
export async function step(title, say, work) {
  const started = performance.now();
  const result = await work();
  say(`${title} … ${seconds(performance.now() - started)}`);
  return result;
}

export function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/**
 * Runs a program and keeps its output. Resolves with {code, output}; code is null when it was ended by a signal or at
 * `timeoutMs`, and 127 when it is not there.
 */
export function run(program, args, { cwd, env, timeoutMs, onOutput } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const add = (chunk) => {
      output += chunk;
      onOutput?.(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', add);
    child.stderr.setEncoding('utf8').on('data', add);
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: `${output}${error.message}` });
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}

/** Runs a program on this terminal, hands signals on to it, and resolves with the exit code to leave with. */
export function runHere(program, args, { cwd, env } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' });
    const pass = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    // The terminal sends SIGINT to both of us: staying until the child has ended is all there is to do.
    for (const signal of signals) process.on(signal, signal === 'SIGINT' ? ignore : pass);
    const done = (code) => {
      for (const signal of signals) process.removeListener(signal, signal === 'SIGINT' ? ignore : pass);
      resolve(code);
    };
    child.once('error', (error) => {
      console.error(`${program} could not be started: ${error.message}`);
      done(127);
    });
    child.once('close', (code, signal) => done(code ?? 128 + (signalNumbers[signal] ?? 15)));
  });
}

function ignore() {}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };
