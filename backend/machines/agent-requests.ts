import { setTimeout as delay } from 'node:timers/promises';
import type { AgentDesk } from '../devices/display/agent-desk.ts';
import type { Dispatcher } from '../rpc/dispatcher.ts';
import { clipboardOff } from './agent-faults.ts';
import type { Agents } from './agents.ts';
import type { Machine } from './machine.ts';
import type { Machines } from './machines.ts';
import { type Size, screenSize } from './screenshot.ts';

/** How long a guest may take to change its resolution, ms. */
const FOLLOWS_WITHIN = { kvm: 5_000, tcg: 10_000 } as const;
/** A guest that took another size than it was asked for has made up its mind when it keeps it for this long, ms. */
const SETTLED_AFTER = 1_000;
const LOOK_EVERY = 250;

/** Gives the requests for a guest's SPICE agent, and those of the viewers that speak with one, their handlers. */
export function registerAgents(dispatcher: Dispatcher, machines: Machines, agents: Agents): void {
  dispatcher.register('display.resize', ({ machine, ...size }, { signal }) =>
    resize(machines.usable(machine), size, agents, signal),
  );
  dispatcher.register('clipboard.allow', async ({ machine, allowed }) => {
    const found = machines.usable(machine);
    await allowClipboard(found, allowed);
    return machines.view(found);
  });
  dispatcher.register('clipboard.copy', async ({ machine, text }, { signal }) => {
    await withClipboard(machines.usable(machine), agents, signal, (desk, any) => desk.copy(text, any));
    return {};
  });
  dispatcher.register('clipboard.paste', async ({ machine }, { signal }) => ({
    text: await withClipboard(machines.usable(machine), agents, signal, (desk, any) => desk.paste(any)),
  }));
  dispatcher.register('viewer.offer', async ({ machine, agent }, { connection }) => {
    agents.offer(connection, machines.usable(machine), agent);
    return {};
  });
  dispatcher.register('viewer.answer', async ({ id, answer }, { connection }) => {
    agents.lines.answer(connection, id, answer);
    return {};
  });
}

async function allowClipboard(machine: Machine, allowed: boolean): Promise<void> {
  await machine.inOrder(async () => {
    if (machine.definition.display.clipboardAllowed === allowed) return;
    await machine.redefine((definition) => ({
      ...definition,
      display: { ...definition.display, clipboardAllowed: allowed },
    }));
    machine.log(allowed ? 'The clipboard is shared with the guest' : 'The clipboard is not shared any more');
  });
}

async function withClipboard<T>(
  machine: Machine,
  agents: Agents,
  signal: AbortSignal,
  work: (desk: AgentDesk, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { name, display } = machine.definition;
  if (!display.clipboardAllowed) throw clipboardOff(name);
  const guest = machine.requireAwake('its clipboard cannot be reached');
  const any = AbortSignal.any([signal, guest.signal]);
  return await agents.ask(machine, (desk) => work(desk, any));
}

/** What the guest's screen has in the end: the size, or another that it chose, or what it had. */
async function resize(machine: Machine, size: Size, agents: Agents, signal: AbortSignal): Promise<Size> {
  const guest = machine.requireAwake('its screen cannot be resized');
  const any = AbortSignal.any([signal, guest.signal]);
  const before = await screenSize(machine);
  const deadline = performance.now() + FOLLOWS_WITHIN[guest.record.accelerator];
  await agents.ask(machine, (desk) => desk.resize(size, any));
  let now = await screenSize(machine);
  for (let since = performance.now(); !isSame(now, size); ) {
    const time = performance.now();
    if (time > deadline || (!isSame(now, before) && time - since > SETTLED_AFTER)) break;
    await delay(LOOK_EVERY, undefined, { signal: any });
    const next = await screenSize(machine);
    if (!isSame(next, now)) since = performance.now();
    now = next;
  }
  return now;
}

function isSame(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}
