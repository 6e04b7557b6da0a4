import type { IpcMain, IpcMainInvokeEvent } from 'electron';
import type { z } from 'zod';
import {
  type DesktopCallName,
  type DesktopCalls,
  type DesktopOutput,
  desktopCalls,
} from '../../backend/contract/desktop.ts';
import { Fault } from '../../backend/contract/fault.ts';
import type { Answer } from './answer.ts';

type Parsed<N extends DesktopCallName> = z.output<DesktopCalls[N]['in']>;
type Handler<N extends DesktopCallName> = (
  input: Parsed<N>,
  event: IpcMainInvokeEvent,
) => DesktopOutput<N> | Promise<DesktopOutput<N>>;

/** One handler for each call of the contract: one that is missing does not compile. */
export type DesktopHandlers = { readonly [N in DesktopCallName]: Handler<N> };

type IsTrusted = (event: IpcMainInvokeEvent) => boolean;

export function handleAll(
  ipc: Pick<IpcMain, 'handle'>,
  isTrusted: IsTrusted,
  handlers: DesktopHandlers,
): void {
  for (const name of Object.keys(desktopCalls) as DesktopCallName[]) handle(ipc, isTrusted, name, handlers);
}

/** The only door from the renderer into main: checks who asks, parses what is asked, answers with a value or a fault. */
function handle<N extends DesktopCallName>(
  ipc: Pick<IpcMain, 'handle'>,
  isTrusted: IsTrusted,
  name: N,
  handlers: DesktopHandlers,
): void {
  const handler: Handler<N> = handlers[name];
  ipc.handle(name, async (event, input: unknown): Promise<Answer<DesktopOutput<N>>> => {
    try {
      if (!isTrusted(event)) {
        console.warn(`Refused ${name} from ${event.senderFrame?.url ?? 'a frame that is gone'}`);
        throw new Fault({
          code: 'no-permission',
          message: `${name} was refused: this page is not Innkeeper's window.`,
        });
      }
      return { ok: true, value: await handler(parse(name, input), event) };
    } catch (error) {
      const fault = Fault.from(error);
      if (fault.code === 'internal') console.error(`${name}:`, error);
      return { ok: false, fault: fault.toShape() };
    }
  });
}

function parse<N extends DesktopCallName>(name: N, input: unknown): Parsed<N> {
  const result = desktopCalls[name].in.safeParse(input);
  if (result.success) return result.data as Parsed<N>;
  const issue = result.error.issues[0];
  const path = (issue?.path ?? []).map((step) => (typeof step === 'symbol' ? String(step) : step));
  throw new Fault({
    code: 'bad-input',
    message: `${name}: ${['input', ...path].join('.')} ${issue?.message ?? 'does not parse'}.`,
    path,
  });
}
