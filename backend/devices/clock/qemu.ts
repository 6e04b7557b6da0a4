import type { ClockDefinition } from './definition.ts';

/** The RTC. `driftfix=slew` gives late ticks back to guests that count them (QEMU's documentation of -rtc). */
export function clockOptions(clock: ClockDefinition): string[] {
  return ['-rtc', `base=${clock.rtc},clock=host,driftfix=slew`];
}

/** What the guest can best keep time by: kvm-clock exists only under KVM (Linux, KVM's Documentation/virt/kvm/x86/timekeeping). */
export function clockSource(accelerator: 'kvm' | 'tcg'): 'kvm-clock' | 'tsc' {
  return accelerator === 'kvm' ? 'kvm-clock' : 'tsc';
}
