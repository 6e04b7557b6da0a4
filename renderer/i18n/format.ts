/** A figure and its unit apart: the unit is drawn smaller. */
export interface Quantity {
  readonly value: string;
  readonly unit: string;
}

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const DECIMAL = ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s'] as const;
const BITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'] as const;

/** Three figures of precision at most: 0.92, 1.5, 12.4, 118. */
function figures(value: number, places: number): string {
  if (value >= 100 || Number.isInteger(value)) return Math.round(value).toString();
  return value.toFixed(value >= 10 ? Math.min(places, 1) : places);
}

function scaled(amount: number, base: number, units: readonly string[], places: number): Quantity {
  let value = Math.max(0, amount);
  let index = 0;
  // 999.6 would be drawn as 1000: the next unit says it shorter.
  while (index < units.length - 1 && Math.round(value) >= base) {
    value /= base;
    index += 1;
  }
  return {
    value: index === 0 ? Math.round(value).toString() : figures(value, places),
    unit: units[index] ?? '',
  };
}

/** Memory and files: 1610612736 → 1.5 GiB. */
export function bytes(amount: number): Quantity {
  return scaled(amount, 1024, BINARY, 2);
}

/** Disk throughput, from bytes per second: 12400000 → 12.4 MB/s. */
export function byteRate(perSecond: number): Quantity {
  return scaled(perSecond, 1000, DECIMAL, 1);
}

/** Network throughput, from bytes per second: 10512500 → 84.1 Mbit/s. */
export function bitRate(bytesPerSecond: number): Quantity {
  return scaled(bytesPerSecond * 8, 1000, BITS, 1);
}

/** 1536 → 1.5 GiB; 512 → 512 MiB. */
export function mebibytes(amount: number): Quantity {
  return bytes(amount * 1024 * 1024);
}

/** With a narrow no-break space between, for running text: '1.5 GiB'. */
export function words({ value, unit }: Quantity): string {
  return unit === '' ? value : `${value} ${unit}`;
}

/** '18 s', '42 min', '3 h 12 min', '5 d 2 h'. Negative spans count as none. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

const clockFormat = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** '14:03:09', local time. */
export function clockTime(at: number): string {
  return clockFormat.format(at);
}

/** '14:03:09' today, '20 Nov 14:03:09' on other days. */
export function logTime(at: number, now: number = Date.now()): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return isToday ? clockTime(at) : `${dayFormat.format(at)} ${clockTime(at)}`;
}
