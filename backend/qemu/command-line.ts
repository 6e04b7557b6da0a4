/** What a legacy option's value may be: `on`/`off`, a number, a text; undefined leaves the property out. */
export type OptionValue = string | number | boolean | undefined;

/**
 * An option that takes JSON: -device, -blockdev, -object, -netdev (and -display, -audiodev). Nothing in the values can
 * become another property.
 * @example jsonOption('-device', { driver: 'virtio-net-pci', id: 'net0' })
 */
export function jsonOption(
  option: '-device' | '-blockdev' | '-object' | '-netdev' | '-display' | '-audiodev',
  properties: Readonly<Record<string, unknown>>,
): [string, string] {
  return [option, JSON.stringify(properties)];
}

/**
 * An option in QEMU's own syntax: -chardev, -spice, -machine, -cpu, -smp, -m, -rtc and so on. `first` is the implied
 * first property (the backend of -chardev, the type of -machine), null where there is none.
 * @example legacyOption('-chardev', 'socket', { id: 'qmp', path: '/a,b', server: true }) →
 *   ['-chardev', 'socket,id=qmp,path=/a,,b,server=on']
 */
export function legacyOption(
  option: `-${string}`,
  first: string | null,
  properties: Readonly<Record<string, OptionValue>> = {},
): [string, string] {
  const parts = first === null ? [] : [escapeOptionValue(first)];
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (!/^[A-Za-z_][\w.-]*$/.test(name)) throw new TypeError(`${JSON.stringify(name)} is no property name`);
    const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
    parts.push(`${name}=${escapeOptionValue(text)}`);
  }
  return [option, parts.join(',')];
}

/** QEMU ends a value at a comma; a doubled comma stands for one (util/qemu-option.c, get_opt_value). */
export function escapeOptionValue(value: string): string {
  if (value.includes('\0')) throw new TypeError('a NUL byte cannot stand on a command line');
  return value.replaceAll(',', ',,');
}
