import { readFile } from 'node:fs/promises';

/** Bytes of memory the host can give without swapping: MemAvailable of /proc/meminfo (proc(5)). */
export async function availableMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8');
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}
