/** A file, folder, link or character device of an archive. `path` has no leading slash. */
export type ArchiveEntry =
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly data: Uint8Array }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | {
      readonly kind: 'character-device';
      readonly path: string;
      readonly major: number;
      readonly minor: number;
    };

const typeBits = { file: 0o100000, folder: 0o040000, link: 0o120000, 'character-device': 0o020000 } as const;

/**
 * An archive in the "newc" format that the kernel unpacks as its initramfs (Linux, Documentation/driver-api/early-userspace/
 * buffer-format.rst). Written here, not by cpio(1): everything belongs to root and device nodes need no privilege.
 */
export function cpioArchive(entries: readonly ArchiveEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let number = 0;
  const add = (path: string, mode: number, data: Uint8Array, major = 0, minor = 0) => {
    const name = new TextEncoder().encode(`${path}\0`);
    number += 1;
    // ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor, namesize, check
    const fields = [number, mode, 0, 0, 1, 0, data.length, 0, 0, major, minor, name.length, 0];
    const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
    parts.push(new TextEncoder().encode(header), name, padding(header.length + name.length));
    parts.push(data, padding(data.length));
  };
  const nothing = new Uint8Array(0);
  for (const entry of entries) {
    const type = typeBits[entry.kind];
    if (entry.kind === 'file') add(entry.path, type | entry.mode, entry.data);
    else if (entry.kind === 'folder') add(entry.path, type | 0o755, nothing);
    else if (entry.kind === 'link') add(entry.path, type | 0o777, new TextEncoder().encode(entry.target));
    else add(entry.path, type | 0o600, nothing, entry.major, entry.minor);
  }
  add('TRAILER!!!', 0, nothing);
  return concatenate(parts);
}

/** Zero bytes up to the next multiple of four. */
function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
