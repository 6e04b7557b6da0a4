import { open, rm } from 'node:fs/promises';
import { Fault } from '../../contract/fault.ts';
import { runProgram } from '../../storage/run-program.ts';

const sectorBytes = 512;
/** Where every partitioning tool starts the first partition; the boot loader's core sits before it. */
const partitionStart = 1024 * 1024;
/** Boot code ends where the disk signature and the partition table begin. */
const bootCodeBytes = 440;

export interface BootDisk {
  readonly path: string;
  /** Of the whole disk. */
  readonly bytes: number;
  /** The tree that becomes the file system. */
  readonly tree: string;
  readonly label: string;
  /** GRUB's first sector (boot.img) and the rest of it (core.img, made by grub-mkimage for a BIOS). */
  readonly bootSector: Uint8Array;
  readonly bootLoader: Uint8Array;
  readonly mke2fs: string;
  readonly signal: AbortSignal;
}

/**
 * Writes a disk that a BIOS boots: MBR, GRUB in the gap behind it, one ext4 partition. No loop mount, no root.
 * boot.img loads sector 1 and core.img's first sector loads what follows it, so both stand one after the other as they are.
 */
export async function writeBootDisk(disk: BootDisk): Promise<void> {
  if (disk.bootLoader.length > partitionStart - sectorBytes) {
    throw new Fault({
      code: 'internal',
      message: 'The boot loader does not fit before the first partition.',
    });
  }
  await rm(disk.path, { force: true });
  await makeFileSystem(disk);
  await using file = await open(disk.path, 'r+');
  await file.truncate(disk.bytes);
  await file.write(masterBootRecord(disk.bootSector, disk.bytes), 0, sectorBytes, 0);
  await file.write(disk.bootLoader, 0, disk.bootLoader.length, sectorBytes);
  await file.sync();
}

async function makeFileSystem(disk: BootDisk): Promise<void> {
  const kibibytes = (disk.bytes - partitionStart) / 1024;
  // Only what GRUB 2.06 reads, named one by one: what mke2fs turns on by default differs from release to release.
  const features =
    'none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize';
  await runProgram(
    disk.mke2fs,
    [
      ...['-q', '-F', '-t', 'ext4', '-b', '4096', '-I', '256', '-O', features, '-L', disk.label, '-m', '0'],
      ...['-J', 'size=16', '-d', disk.tree],
      ...['-E', `offset=${partitionStart},root_owner=0:0,lazy_itable_init=1,lazy_journal_init=1`],
      ...[disk.path, `${kibibytes}k`],
    ],
    { signal: disk.signal },
  );
}

/** Boot code, then one active Linux partition from 1 MiB to the end of the disk. */
export function masterBootRecord(bootSector: Uint8Array, diskBytes: number): Uint8Array {
  const record = new Uint8Array(sectorBytes);
  record.set(bootSector.subarray(0, bootCodeBytes));
  const view = new DataView(record.buffer);
  // A fixed disk signature ("inn1"): the kernel shows it as the partition's PARTUUID.
  view.setUint32(440, 0x316e6e69, true);
  const entry = 446;
  view.setUint8(entry, 0x80); // active
  // Cylinder, head and sector 1023/254/63 mean "look at the sector numbers".
  for (const offset of [entry + 1, entry + 5]) record.set([0xfe, 0xff, 0xff], offset);
  view.setUint8(entry + 4, 0x83); // Linux
  view.setUint32(entry + 8, partitionStart / sectorBytes, true);
  view.setUint32(entry + 12, (diskBytes - partitionStart) / sectorBytes, true);
  view.setUint16(510, 0xaa55, true);
  return record;
}
