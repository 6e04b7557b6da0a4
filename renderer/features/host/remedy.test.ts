import { expect, test } from 'vitest';
import { splitRemedy } from './remedy.ts';

test('a command on a line of its own is told from the words around it', () => {
  expect(splitRemedy('Install QEMU:\nsudo apt install qemu-system-x86\nThen check again.')).toEqual([
    { kind: 'text', text: 'Install QEMU:' },
    { kind: 'command', text: 'sudo apt install qemu-system-x86' },
    { kind: 'text', text: 'Then check again.' },
  ]);
  expect(splitRemedy('Turn it on in the firmware.')).toEqual([
    { kind: 'text', text: 'Turn it on in the firmware.' },
  ]);
});
