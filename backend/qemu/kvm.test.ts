import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kvmObstacle, tryKvm } from './kvm.ts';

const cpuInfo = (flags: string) => `processor\t: 0\nflags\t\t: fpu ${flags} sse2\nbogomips : 1\n`;
const host = (flags: string, openError: string | null = null, architecture = 'x64') => ({
  architecture,
  cpuInfo: cpuInfo(flags),
  openError,
});

test.each([
  ['another processor', host('vmx', null, 'arm64'), /arm64/, /software emulation/],
  ['no flags, though /dev/kvm opens', host(''), /neither vmx nor svm.*opens, but/, /firmware/],
  ['inside a virtual machine', host('hypervisor'), /itself a virtual machine/, /nested/],
  ['vmx is a word, not a part of one', host('ept_vmxx'), /neither vmx nor svm/, /VT-x/],
  ['no module', host('svm', 'ENOENT'), /no \/dev\/kvm/, /modprobe kvm_amd/],
  ['no permission', host('vmx', 'EACCES'), /may not use/, /usermod -aG kvm/],
  ['module without hardware', host('vmx', 'ENODEV'), /ENODEV/, /modprobe kvm_intel/],
])('%s', (_, facts, reason, remedy) => {
  expect(kvmObstacle(facts)).toEqual({
    usable: false,
    reason: expect.stringMatching(reason),
    remedy: expect.stringMatching(remedy),
  });
});

test('nothing in the way: only a trial can tell', () => {
  expect(kvmObstacle(host('vmx'))).toBeNull();
});

test('the trial guest runs (under TCG) and QEMU ends with its code', async () => {
  expect(await tryKvm('qemu-system-x86_64', { accelerator: 'tcg' })).toEqual({
    state: { usable: true, reason: null, remedy: null },
    lasting: true,
  });
});

test('a QEMU that cannot even start is told in its own words', async () => {
  expect((await tryKvm('/nowhere/qemu')).state).toMatchObject({
    usable: false,
    reason: expect.stringContaining('ENOENT'),
  });
  expect(await tryKvm('/bin/false')).toMatchObject({ state: { usable: false }, lasting: false });
});

test('a guest that hangs is killed in time and called so', async () => {
  // A QEMU whose machine never starts stands for a KVM that never comes back.
  const folder = await mkdtemp(join(tmpdir(), 'innkeeper-hang-'));
  try {
    const binary = join(folder, 'qemu');
    await writeFile(binary, '#!/bin/sh\nexec qemu-system-x86_64 -S "$@"\n', { mode: 0o755 });
    expect(await tryKvm(binary, { accelerator: 'tcg', timeoutMs: 300 })).toMatchObject({
      state: { usable: false, reason: expect.stringContaining('hung') },
      lasting: true,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
