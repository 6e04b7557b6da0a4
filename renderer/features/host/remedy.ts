export interface RemedyPart {
  readonly kind: 'text' | 'command';
  readonly text: string;
}

/**
 * A remedy may hold a command on a line of its own ('Install QEMU:\nsudo apt install qemu-system-x86'). Sentences begin
 * with a capital or end with a full stop or a colon; what does neither is a command.
 */
export function splitRemedy(remedy: string): RemedyPart[] {
  return remedy
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => ({
      kind: /^[a-z/.~$]/.test(line) && !/[.:]$/.test(line) ? ('command' as const) : ('text' as const),
      text: line.replace(/^\$ /, ''),
    }));
}
