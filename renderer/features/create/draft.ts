import type { Fault } from '../../../backend/contract/fault.ts';
import type { RequestInput, RequestOutput } from '../../../backend/contract/requests.ts';
import { text } from '../../i18n/en.ts';

export type Source = 'demo' | 'image' | 'blank';
export type DiskChoice = 'new' | 'existing' | 'none';

/** What a person has typed so far. */
export interface Draft {
  readonly source: Source;
  readonly name: string;
  /** The ISO or disk image to start from. */
  readonly path: string;
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly disk: DiskChoice;
  readonly diskGiB: number;
  readonly diskPath: string;
}

export type DraftField = 'name' | 'path' | 'memory' | 'cpus' | 'diskSize' | 'diskPath';
export type DraftErrors = Partial<Record<DraftField, string>>;

export type Inspected = RequestOutput<'file.inspect'>;

const GIB = 2 ** 30;

export const emptyDraft: Draft = {
  source: 'demo',
  name: 'demo',
  path: '',
  memoryMiB: 512,
  cpus: 1,
  disk: 'new',
  diskGiB: 20,
  diskPath: '',
};

/** What each source is given to begin with, until the person says otherwise. */
export const sizesOf = {
  demo: { memoryMiB: 512, cpus: 1 },
  image: { memoryMiB: 2048, cpus: 2 },
  blank: { memoryMiB: 2048, cpus: 2 },
} as const satisfies Record<Source, Pick<Draft, 'memoryMiB' | 'cpus'>>;

/** '/isos/debian-12.iso' → 'debian-12'. */
export function nameFromPath(path: string): string {
  const file = path.split('/').at(-1) ?? '';
  return file.replace(/\.(iso|img|qcow2|raw|vmdk|vdi|vhdx?|vpc)$/i, '').slice(0, 64);
}

/** A disk to boot from needs no other disk; an installation CD does. */
export function asksForDisk({ source }: Draft, inspected: Inspected | null): boolean {
  return source === 'blank' || (source === 'image' && inspected?.kind === 'cd');
}

/** What can be told without asking the back end. */
export function checkDraft(draft: Draft, taken: readonly string[], inspected: Inspected | null): DraftErrors {
  const name = draft.name.trim();
  const isTaken = taken.some((other) => other.toLocaleLowerCase() === name.toLocaleLowerCase());
  const pathError = (path: string): string | null =>
    path === '' ? text.create.pathEmpty : path.startsWith('/') ? null : text.create.pathRelative;
  const path = draft.source === 'image' ? pathError(draft.path) : null;
  const diskPath =
    asksForDisk(draft, inspected) && draft.disk === 'existing' ? pathError(draft.diskPath) : null;
  return {
    ...(name === '' ? { name: text.create.nameEmpty } : {}),
    ...(isTaken ? { name: text.create.nameTaken(name) } : {}),
    ...(path === null ? {} : { path }),
    ...(diskPath === null ? {} : { diskPath }),
  };
}

export function toRequest(
  draft: Draft,
  inspected: Inspected | null,
  start: boolean,
): RequestInput<'machine.create'> {
  const base = { name: draft.name.trim(), memoryMiB: draft.memoryMiB, cpus: draft.cpus, start };
  if (draft.source === 'demo') return { ...base, demo: true };
  const isCd = draft.source === 'image' && inspected?.kind === 'cd';
  const disks: NonNullable<RequestInput<'machine.create'>['disks']> = [];
  if (draft.source === 'image' && !isCd) disks.push({ path: draft.path });
  if (asksForDisk(draft, inspected) && draft.disk === 'new') {
    disks.push({ sizeBytes: Math.round(draft.diskGiB * GIB) });
  }
  if (asksForDisk(draft, inspected) && draft.disk === 'existing') disks.push({ path: draft.diskPath });
  return { ...base, ...(isCd ? { cdrom: draft.path } : {}), disks };
}

/** Which field a refusal is about; null: none of them, it stands under all. */
export function fieldOf(fault: Fault, draft: Draft, inspected: Inspected | null): DraftField | null {
  if (fault.code === 'name-taken') return 'name';
  const [first, , third] = fault.path ?? [];
  switch (first) {
    case 'name':
    case 'cpus':
      return first;
    case 'memoryMiB':
      return 'memory';
    case 'cdrom':
      return 'path';
    case 'disks':
      if (third === 'sizeBytes') return 'diskSize';
      return draft.source === 'image' && inspected?.kind !== 'cd' ? 'path' : diskField(draft);
    default:
      return null;
  }
}

function diskField({ disk }: Draft): DraftField {
  return disk === 'existing' ? 'diskPath' : 'diskSize';
}
