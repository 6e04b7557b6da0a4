import type { ClockDefinition } from './definition.ts';

/** The RTC. `driftfix=slew` gives late ticks back to guests that count them (QEMU's documentation of -rtc). */
export function clockOptions(clock: ClockDefinition): string[] {
  return ['-rtc', `base=${clock.rtc},clock=host,driftfix=slew`];
}

/**
 * What a Linux guest keeps time by: kvm-clock exists only under KVM (Linux, Documentation/virt/kvm/x86/timekeeping.rst);
 * under TCG the guest finds its TSC unstable and takes the HPET.
 */
export function clockSource(accelerator: 'kvm' | 'tcg'): 'kvm-clock' | 'hpet' {
  return accelerator === 'kvm' ? 'kvm-clock' : 'hpet';
}
