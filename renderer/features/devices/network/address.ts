/** The address a person would type: IPv4 before IPv6, link-local and loopback last. Null: it has none. */
export function bestAddress(addresses: readonly string[]): string | null {
  const rank = (address: string): number => {
    if (address.startsWith('127.') || address === '::1') return 3;
    if (address.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/i.test(address)) return 2;
    return address.includes(':') ? 1 : 0;
  };
  const bare = addresses.map((address) => address.replace(/\/\d+$/, ''));
  return bare.toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
}
