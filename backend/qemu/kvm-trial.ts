/** The value that the trial guest writes to TRIAL_PORT when it came through. */
export const TRIAL_VALUE = 0x10;
/** Where isa-debug-exit listens. */
export const TRIAL_PORT = 0xf4;

/**
 * A guest that is its own firmware: the processor starts in it, in real mode; it goes to long mode with paging, as every
 * operating system does, works on memory a million times, uses SSE2 and writes to a port. (A few instructions in real
 * mode prove nothing: a KVM without hardware behind it runs those and hangs in long mode.) Assembled with
 * `as --64 trial.s -o trial.o && objcopy -O binary -j .text trial.o`, the code of:
 *
 *   .code16
 *   .globl _start
 *   _start:
 *     cli
 *     cld
 *     xor %ax, %ax
 *     mov %ax, %ds
 *     mov %ax, %es
 *     # page tables at 0x1000..0x3fff: the first 2 MiB, identity
 *     mov $0x1000, %di
 *     mov $0x1800, %cx
 *     rep stosw
 *     movl $0x2003, 0x1000
 *     movl $0x3003, 0x2000
 *     movl $0x0083, 0x3000
 *     mov $0x1000, %eax
 *     mov %eax, %cr3
 *     mov %cr4, %eax
 *     or $0x620, %eax          # PAE, OSFXSR, OSXMMEXCPT
 *     mov %eax, %cr4
 *     mov $0xc0000080, %ecx    # EFER
 *     rdmsr
 *     or $0x100, %eax          # LME
 *     wrmsr
 *     lgdtl %cs:gdtr - _start
 *     mov $0x80000023, %eax    # PG, NE, MP, PE
 *     mov %eax, %cr0
 *     ljmpl $0x08, $(long - _start + 0xf0000)
 *   .code64
 *   long:
 *     mov $0x10, %eax
 *     mov %eax, %ds
 *     mov %eax, %es
 *     mov %eax, %ss
 *     mov $0x7000, %esp
 *     # a million steps over memory, so that it has to run and not only to be emulated
 *     mov $1000000, %ecx
 *     mov $0x8000, %edi
 *   1: mov %rcx, (%rdi)
 *     xor (%rdi), %rcx
 *     add (%rdi), %rcx
 *     dec %rcx
 *     jnz 1b
 *     # SSE2
 *     cvtsi2sd %ecx, %xmm0
 *     addsd %xmm0, %xmm0
 *     cvtsd2si %xmm0, %eax
 *     add $0x10, %eax
 *     out %al, $0xf4
 *   2: hlt
 *     jmp 2b
 *   .balign 8
 *   gdt: .quad 0, 0x00209a0000000000, 0x0000920000000000
 *   gdtr: .word 23
 *     .long gdt - _start + 0xf0000
 *   .balign 16
 *   end:
 *   .code16
 *   reset: ljmpw $0xf000, $0
 *
 * It runs at 0xf0000, where the last 64 KiB of the firmware show as well (ISA BIOS alias).
 */
const CODE =
  'fafc31c08ed88ec0bf0010b90018f3ab66c70600100320000066c70600200330000066c70600308300000066b8001000' +
  '000f22d80f20e0660d200600000f22e066b9800000c00f32660d000100000f302e660f0116c00066b8230000800f22c0' +
  '66ea68000f000800b8100000008ed88ec08ed0bc00700000b940420f00bf0080000048890f48330f48030f48ffc975f2' +
  'f20f2ac1f20f58c0f20f2dc083c010e6f4f4ebfd8db40000000000000000000000000000009a20000000000000920000' +
  '1700a8000f008db400008db400006690';

const IMAGE_BYTES = 64 * 1024;
const HLT = 0xf4;

/** The image for -bios: 64 KiB, mapped to end at 4 GiB; the processor starts 16 bytes before the end (Intel SDM 3A §10.1.4). */
export function trialFirmware(): Uint8Array {
  const image = new Uint8Array(IMAGE_BYTES).fill(HLT);
  image.set(Buffer.from(CODE, 'hex'));
  // ljmp $0xf000, $0
  image.set([0xea, 0x00, 0x00, 0x00, 0xf0], IMAGE_BYTES - 16);
  return image;
}
