import { jsonOption, legacyOption } from '../../qemu/command-line.ts';

export interface SerialSockets {
  readonly console: string;
  readonly agent: string;
  readonly ready: string;
}

/** Port names on the virtio-serial bus (virtio 1.2 §5.3; the names are their programs' own conventions). */
export const PORTS = [
  { id: 'port-agent', name: 'org.qemu.guest_agent.0', purpose: 'guest-agent' },
  { id: 'port-spice', name: 'com.redhat.spice.0', purpose: 'spice-agent' },
  { id: 'port-ready', name: 'org.innkeeper.ready.0', purpose: 'ready' },
] as const;

/** The serial console as ISA serial (every guest has a driver for it) and the virtio-serial ports. QEMU listens; the back end connects. */
export function serialOptions(sockets: SerialSockets, spice: boolean): string[] {
  const socket = (id: string, path: string): string[] =>
    legacyOption('-chardev', 'socket', { id, path, server: 'on', wait: 'off' });
  const port = (id: string, chardev: string, name: string): string[] =>
    jsonOption('-device', { driver: 'virtserialport', id, bus: 'serial0.0', chardev, name });
  return [
    ...socket('chr-console', sockets.console),
    ...jsonOption('-device', { driver: 'isa-serial', id: 'console0', chardev: 'chr-console' }),
    ...jsonOption('-device', { driver: 'virtio-serial-pci', id: 'serial0' }),
    ...socket('chr-agent', sockets.agent),
    ...port('port-agent', 'chr-agent', 'org.qemu.guest_agent.0'),
    ...socket('chr-ready', sockets.ready),
    ...port('port-ready', 'chr-ready', 'org.innkeeper.ready.0'),
    ...(spice
      ? [
          ...legacyOption('-chardev', 'spicevmc', { id: 'chr-spice', name: 'vdagent' }),
          ...port('port-spice', 'chr-spice', 'com.redhat.spice.0'),
        ]
      : []),
  ];
}
