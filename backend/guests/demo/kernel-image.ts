import { Fault } from '../../contract/fault.ts';

/**
 * Debian's kernel comes packed, and unpacks itself when it starts: some 5 s of every boot under software emulation. Here it
 * is laid out again as a "bzImage" whose payload is the kernel as it is, behind a stub that does what the unpacking code
 * does last: 64-bit mode with memory mapped to itself, then a jump to the kernel.
 * Documents: Linux, Documentation/arch/x86/boot.rst (header fields, 32-bit and 64-bit boot protocol) and the ELF-64 format.
 */

/** Offsets into the setup header, boot.rst "The Real-Mode Kernel Header". */
const header = {
  setupSectors: 0x1f1,
  systemSize: 0x1f4, // in 16-byte paragraphs
  magic: 0x202,
  version: 0x206,
  kernelAlignment: 0x230,
  relocatable: 0x234,
  loadFlags: 0x236,
  payloadOffset: 0x248,
  payloadLength: 0x24c,
  preferredAddress: 0x258,
  initSize: 0x260,
  handoverOffset: 0x264,
} as const;

const headerMagic = 0x53726448; // "HdrS"
const payloadVersion = 0x208; // the protocol that has payload_offset
const sectorBytes = 512;
/** Where boot loaders put a kernel that says nothing else; GRUB loads there without copying it once more. */
const loadAddress = 0x100000;
/** The kernel wants to lie at a multiple of 2 MiB. */
const alignment = 2 * 1024 * 1024;

/** The packed kernel inside a bzImage, or null when this is not a bzImage of a protocol that says where it is. */
export function packedKernel(image: Uint8Array): Uint8Array | null {
  if (image.length < 0x268) return null;
  const view = viewOf(image);
  if (view.getUint32(header.magic, true) !== headerMagic) return null;
  if (view.getUint16(header.version, true) < payloadVersion) return null;
  const start = setupBytes(view) + view.getUint32(header.payloadOffset, true);
  const length = view.getUint32(header.payloadLength, true);
  // The last four bytes are the unpacked size, added for the kernel's own unpacking code.
  if (length < 8 || start + length > image.length) return null;
  return image.subarray(start, start + length - 4);
}

export type Packing = 'xz' | 'zstd' | 'gzip' | 'other';

export function packingOf(packed: Uint8Array): Packing {
  const start = [...packed.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  if (start === 'fd377a58') return 'xz';
  if (start === '28b52ffd') return 'zstd';
  return start.startsWith('1f8b') ? 'gzip' : 'other';
}

/** A bzImage with the unpacked kernel (an ELF file) in it, under the setup header of the original. */
export function unpackedImage(original: Uint8Array, kernel: Uint8Array): Uint8Array {
  const { address, bytes } = flatKernel(kernel);
  const setup = setupBytes(viewOf(original));
  // Zeros between the stub and the kernel: they become a hole in the file.
  const distance = address - loadAddress;
  const image = new Uint8Array(setup + distance + bytes.length);
  image.set(original.subarray(0, setup));
  image.set(stub(distance), setup);
  image.set(bytes, setup + distance);
  const view = viewOf(image);
  view.setUint32(header.systemSize, Math.ceil((image.length - setup) / 16), true);
  view.setUint32(header.kernelAlignment, alignment, true);
  view.setUint8(header.relocatable, 0);
  // No 64-bit entry, no EFI: only what a BIOS boot loader uses.
  view.setUint16(header.loadFlags, 0, true);
  view.setUint32(header.handoverOffset, 0, true);
  view.setUint32(header.payloadOffset, 0, true);
  view.setUint32(header.payloadLength, 0, true);
  view.setBigUint64(header.preferredAddress, BigInt(loadAddress), true);
  view.setUint32(header.initSize, distance + bytes.length, true);
  return image;
}

/** The loadable segments as they lie in memory from the lowest physical address on. */
function flatKernel(elf: Uint8Array): { address: number; bytes: Uint8Array } {
  const view = viewOf(elf);
  if (elf.length < 64 || view.getUint32(0, false) !== 0x7f454c46 || view.getUint8(4) !== 2) {
    throw unusable('it is not a 64-bit ELF file');
  }
  const tableOffset = Number(view.getBigUint64(0x20, true));
  const entryBytes = view.getUint16(0x36, true);
  const count = view.getUint16(0x38, true);
  const segments: { from: number; to: number; stored: number; occupied: number }[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = tableOffset + index * entryBytes;
    if (at + 56 > elf.length) throw unusable('its program headers are cut off');
    if (view.getUint32(at, true) !== 1) continue; // PT_LOAD
    const number = (offset: number) => Number(view.getBigUint64(at + offset, true));
    const segment = { from: number(0x08), to: number(0x18), stored: number(0x20), occupied: number(0x28) };
    if (segment.from + segment.stored > elf.length) throw unusable('a segment is cut off');
    segments.push(segment);
  }
  const address = Math.min(...segments.map(({ to }) => to));
  const end = Math.max(...segments.map(({ to, occupied }) => to + occupied));
  if (
    segments.length === 0 ||
    address % alignment !== 0 ||
    address < loadAddress + alignment ||
    end - address > 2 ** 28
  ) {
    throw unusable('its segments are not where a kernel has them');
  }
  const bytes = new Uint8Array(end - address);
  for (const { from, to, stored } of segments) bytes.set(elf.subarray(from, from + stored), to - address);
  return { address, bytes };
}

/**
 * Entered in 32-bit mode with the address of boot_params in esi (boot.rst, "32-bit Boot Protocol"), wherever it was loaded.
 * Leaves in 64-bit mode with boot_params in rsi and the first 4 GiB mapped to themselves ("64-bit Boot Protocol").
 */
function stub(distance: number): Uint8Array {
  const bytes = new Uint8Array(0x7000);
  const view = viewOf(bytes);
  // 0x000 code · 0x7f0 GDT pointer · 0x800 GDT · 0x1000 PML4 · 0x2000 page directory pointers · 0x3000 four page directories
  const code = [
    [0xfa, 0xfc], //                                 cli; cld
    [0x8d, 0xa6, 0xe8, 0x01, 0x00, 0x00], //         lea esp, [esi + 0x1e8]: four bytes of scratch in boot_params
    [0xe8, 0x00, 0x00, 0x00, 0x00], //               call next
    [0x5d], //                                       next: pop ebp
    [0x83, 0xed, 0x0d], //                           sub ebp, 13: where this code lies
    [0x8d, 0xa5, 0xe0, 0x07, 0x00, 0x00], //         lea esp, [ebp + 0x7e0]
    ...[0, 1, 2, 3].flatMap((index) => [
      [0x8d, 0x85, 0x03, 0x30 + index * 0x10, 0, 0], // lea eax, [ebp + 0x3003 + index * 0x1000]
      [0x89, 0x85, index * 8, 0x20, 0, 0], //        mov [ebp + 0x2000 + index * 8], eax
    ]),
    [0x8d, 0x85, 0x03, 0x20, 0x00, 0x00], //         lea eax, [ebp + 0x2003]
    [0x89, 0x85, 0x00, 0x10, 0x00, 0x00], //         mov [ebp + 0x1000], eax
    [0x8d, 0x85, 0x00, 0x08, 0x00, 0x00], //         lea eax, [ebp + 0x800]
    [0x89, 0x85, 0xf2, 0x07, 0x00, 0x00], //         mov [ebp + 0x7f2], eax
    [0x0f, 0x01, 0x95, 0xf0, 0x07, 0x00, 0x00], //   lgdt [ebp + 0x7f0]
    [0x0f, 0x20, 0xe0, 0x83, 0xc8, 0x20, 0x0f, 0x22, 0xe0], // cr4 |= PAE
    [0x8d, 0x85, 0x00, 0x10, 0x00, 0x00], //         lea eax, [ebp + 0x1000]
    [0x0f, 0x22, 0xd8], //                           mov cr3, eax
    [0xb9, 0x80, 0x00, 0x00, 0xc0], //               mov ecx, EFER
    [0x0f, 0x32, 0x0d, 0x00, 0x01, 0x00, 0x00, 0x0f, 0x30], // EFER |= LME
    [0x6a, 0x10], //                                 push 0x10
    [0x8d, 0x85, 0x00, 0x01, 0x00, 0x00], //         lea eax, [ebp + 0x100]
    [0x50], //                                       push eax
    [0x0f, 0x20, 0xc0, 0x0d, 0x01, 0x00, 0x00, 0x80, 0x0f, 0x22, 0xc0], // cr0 |= PG | PE
    [0xcb], //                                       retf
  ].flat();
  bytes.set(code, 0);
  const longMode = [
    [0xb8, 0x18, 0x00, 0x00, 0x00], //               mov eax, 0x18
    [0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0], //         mov ds, eax; mov es, eax; mov ss, eax
    [0x89, 0xf6], //                                 mov esi, esi: clears the upper half of rsi
    [0x89, 0xe8], //                                 mov eax, ebp
    [0x48, 0x05, 0x00, 0x00, 0x00, 0x00], //         add rax, distance
    [0xff, 0xe0], //                                 jmp rax
  ].flat();
  bytes.set(longMode, 0x100);
  view.setUint32(0x100 + longMode.length - 6, distance, true);
  view.setUint16(0x7f0, 4 * 8 - 1, true);
  view.setBigUint64(0x810, 0x00af_9a00_0000_ffffn, true); // __BOOT_CS: 64-bit code
  view.setBigUint64(0x818, 0x00cf_9200_0000_ffffn, true); // __BOOT_DS: data
  // 2 MiB pages, present and writable.
  for (let page = 0; page < 2048; page += 1) {
    view.setBigUint64(0x3000 + page * 8, (BigInt(page) << 21n) | 0x83n, true);
  }
  return bytes;
}

function setupBytes(view: DataView): number {
  // Zero means four, for kernels from before the field.
  return ((view.getUint8(header.setupSectors) || 4) + 1) * sectorBytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function unusable(why: string): Fault {
  return new Fault({
    code: 'not-supported',
    message: `The Linux kernel cannot be laid out for the demo machine: ${why}.`,
  });
}
