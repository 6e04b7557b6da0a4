import { Fault } from '../contract/fault.ts';
import { checkReadable } from '../storage/images.ts';
import type { MachineDefinition } from './definition.ts';
import { quoted } from './machine-faults.ts';

/** Why an image cannot be used, by disk id (or cd0). With `write` also whether QEMU could write it. */
export async function imageProblems(
  definition: MachineDefinition,
  write: boolean,
): Promise<Map<string, Fault>> {
  const { disks, cdrom } = definition;
  const images = [
    ...disks,
    ...(cdrom === null || cdrom.path === null ? [] : [{ id: cdrom.id, path: cdrom.path, readOnly: true }]),
  ];
  const found = new Map<string, Fault>();
  await Promise.all(
    images.map(async ({ id, path, readOnly }) => {
      try {
        await checkReadable(path, write && !readOnly);
      } catch (error) {
        found.set(id, Fault.from(error));
      }
    }),
  );
  return found;
}

/** The first of them as the reason why the machine cannot start. */
export function cannotStart(
  definition: MachineDefinition,
  problems: ReadonlyMap<string, Fault>,
): Fault | null {
  const [first] = problems;
  if (first === undefined) return null;
  const [id, problem] = first;
  const name = quoted(definition.name);
  const isCd = id === definition.cdrom?.id;
  return new Fault({
    code: problem.code,
    message: `“${definition.name}” cannot start: ${problem.message}`,
    remedy: isCd
      ? `Put ${definition.cdrom?.path ?? 'the image'} back, or eject it: innkeeper cdrom eject ${name}`
      : `Put it right, or detach it: innkeeper disk detach ${name} ${id}`,
  });
}
