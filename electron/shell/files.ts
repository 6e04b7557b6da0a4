import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BrowserWindow, dialog, type FileFilter, shell } from 'electron';
import type { DesktopInput } from '../../backend/contract/desktop.ts';
import { Fault } from '../../backend/contract/fault.ts';

const all: FileFilter = { name: 'All files', extensions: ['*'] };
const disks: FileFilter = {
  name: 'Disk images',
  extensions: ['qcow2', 'img', 'raw', 'vmdk', 'vdi', 'vhdx', 'vhd', 'vpc'],
};
const cds: FileFilter = { name: 'CD and DVD images', extensions: ['iso'] };
const filters = { disk: [disks, all], cd: [cds, all], any: [all] } as const;

export async function chooseFile(
  window: BrowserWindow,
  { title, kind }: DesktopInput<'desktop.choose-file'>,
): Promise<string | null> {
  const chosen = await dialog.showOpenDialog(window, {
    title,
    properties: ['openFile'],
    filters: [...filters[kind]],
  });
  return chosen.canceled ? null : (chosen.filePaths[0] ?? null);
}

/** Only the person's choice in the dialog decides where the bytes go; the page proposes a bare name. */
export async function saveFile(
  window: BrowserWindow,
  folder: string,
  { suggestedName, base64 }: DesktopInput<'desktop.save-file'>,
): Promise<string | null> {
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    defaultPath: join(folder, basename(suggestedName)),
  });
  if (canceled || filePath === '') return null;
  try {
    await writeFile(filePath, Buffer.from(base64, 'base64'));
  } catch (error) {
    throw saveFault(error, filePath);
  }
  return filePath;
}

export function showInFolder(path: string): void {
  if (!existsSync(path)) {
    throw new Fault({
      code: 'not-found',
      message: `There is no file ${path} any more.`,
      remedy: 'It was moved or deleted outside Innkeeper.',
    });
  }
  shell.showItemInFolder(path);
}

function saveFault(error: unknown, path: string): Fault {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Fault(
      {
        code: 'no-space',
        message: `${path} was not saved: the disk is full.`,
        remedy: 'Free some space on it.',
      },
      { cause: error },
    );
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new Fault(
      {
        code: 'no-permission',
        message: `${path} was not saved: you may not write there.`,
        remedy: 'Choose another folder.',
      },
      { cause: error },
    );
  }
  return Fault.from(error);
}
