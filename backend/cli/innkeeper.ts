import { enableCompileCache } from 'node:module';
import type { UnixClient } from '../rpc/unix-client.ts';
import { overview, verbHelp } from './help.ts';
import { ignoreClosedPipes, printError, printOutcome } from './output.ts';
import { parseCommand, wantsJson } from './parse.ts';
import type { Context, Outcome, Verb } from './verb.ts';
import { verbs } from './verb-table.ts';

// Everything heavy is imported when a verb needs it: a wrong command line or --help answers at once.

async function run(verb: Verb, call: Parameters<Verb['run']>[0], json: boolean): Promise<number> {
  const clients: UnixClient[] = [];
  const context: Context = {
    env: process.env,
    cwd: process.cwd(),
    json,
    connect: async () => {
      const { connectBackend } = await import('./backend.ts');
      const client = await connectBackend(process.env, import.meta.url);
      clients.push(client);
      return client;
    },
    note: (text) => {
      if (!json) process.stderr.write(`${text}\n`);
    },
    print: (outcome) => void printOutcome(outcome, json),
  };
  try {
    const outcome: Outcome | null = await verb.run(call, context);
    if (outcome === null) return 0;
    await printOutcome(outcome, json);
    return outcome.exitCode ?? 0;
  } finally {
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const json = wantsJson(argv);
  try {
    const command = parseCommand(argv, verbs);
    switch (command.kind) {
      case 'run':
        return await run(command.verb, command.call, json);
      case 'verb-help':
        return await say('help', verbHelp(command.verb), json);
      case 'help':
        return await say('help', overview(verbs, command.group), json);
      case 'version': {
        const { findProduct } = await import('../rpc/product.ts');
        return await say('version', findProduct(import.meta.url).version, json);
      }
    }
  } catch (error) {
    return await printError(error, json);
  }
}

async function say(what: 'help' | 'version', text: string, json: boolean): Promise<number> {
  await printOutcome({ json: { [what]: text }, text }, json);
  return 0;
}

enableCompileCache();
ignoreClosedPipes();
// Not process.exit: what was written must reach a slow pipe first. printOutcome waits for that, so nothing keeps us then.
process.exitCode = await main(process.argv.slice(2));
if (process.stdin.isTTY) process.stdin.unref();
