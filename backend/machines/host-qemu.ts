import { Fault } from '../contract/fault.ts';
import type { QemuCapabilities } from '../qemu/capabilities.ts';
import { findQemu, type QemuBinary } from '../qemu/find.ts';
import { probeQemu } from '../qemu/probe.ts';

export interface HostQemu {
  readonly binary: QemuBinary;
  readonly capabilities: QemuCapabilities;
}

/** The host's QEMU, found and probed once; asked again after it failed, so that installing it needs no restart. */
export class HostQemuSource {
  readonly #cacheFolder: string;
  #found: Promise<HostQemu> | undefined;

  constructor(cacheFolder: string) {
    this.#cacheFolder = cacheFolder;
  }

  async get(fresh = false): Promise<HostQemu> {
    if (fresh) this.#found = undefined;
    this.#found ??= this.#probe();
    try {
      return await this.#found;
    } catch (error) {
      this.#found = undefined;
      throw error;
    }
  }

  async imageTool(): Promise<string> {
    const { binary } = await this.get();
    if (binary.imagePath !== null) return binary.imagePath;
    throw new Fault({
      code: 'qemu-missing',
      message: 'qemu-img is not installed, so disk images cannot be read or made.',
      remedy: 'Install it (Debian and Ubuntu: apt install qemu-utils).',
    });
  }

  async #probe(): Promise<HostQemu> {
    const [binary] = await findQemu(process.env);
    if (binary === undefined) {
      throw new Fault({
        code: 'qemu-missing',
        message: 'No QEMU for x86-64 guests was found on this host.',
        remedy: 'Install it (Debian and Ubuntu: apt install qemu-system-x86 qemu-utils), then try again.',
      });
    }
    return { binary, capabilities: await probeQemu(binary, { cacheFolder: this.#cacheFolder }) };
  }
}
