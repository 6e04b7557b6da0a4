/** What the demo machine is made of. Any change here, or in root/, makes a new image. */
export const recipe = {
  /** Raised by hand when the way the image is put together changes. */
  version: 7,
  hostName: 'demo',
  /** GRUB gives it to the kernel; the initramfs finds the system disk by it. */
  label: 'innkeeper-demo',
  /** Of the whole virtual disk. The file is sparse: some 70 MB of it are written. */
  diskBytes: 1024 * 1024 * 1024,
  /** The first that exists is taken: Debian's name, then Ubuntu's. Both only depend on the real packages. */
  kernelPackages: ['linux-image-amd64', 'linux-image-virtual', 'linux-image-generic'],
  packages: ['busybox-static', 'bash-static', 'qemu-guest-agent', 'grub-pc-bin', 'grub-common', 'xz-utils'],
  kernelCommandLine: 'console=ttyS0 console=tty0 quiet net.ifnames=0 panic=5',
  grubModules: ['biosdisk', 'part_msdos', 'ext2', 'linux', 'normal'],
  /** In the initramfs: what it takes to reach the system disk, on whichever bus it is. */
  bootModules: [
    ...['virtio_pci', 'virtio_blk', 'ext4', 'crc32c_generic', 'sd_mod', 'virtio_scsi', 'ahci', 'ata_piix'],
    ...['ata_generic', 'nvme', 'vmw_pvscsi', 'xhci_pci', 'usb_storage', 'uas'],
  ],
  /** On the system disk, loaded for the devices that are there. One that the kernel lacks or has built in is skipped. */
  modules: [
    ...[
      'virtio_net',
      'virtio_balloon',
      'virtio_console',
      'virtio_rng',
      'virtio_input',
      'virtio_mem',
      'virtio_pmem',
    ],
    ...['virtio_crypto', 'vmw_vsock_virtio_transport', '9p', '9pnet_virtio', 'virtiofs', 'ptp_kvm'],
    ...['qxl', 'virtio_gpu', 'bochs', 'cirrus', 'vmwgfx', 'i6300esb', 'pvpanic_pci'],
    ...['sr_mod', 'sg', 'isofs', 'udf', 'vfat', 'nls_cp437', 'nls_iso8859_1', 'nls_ascii', 'nls_utf8'],
    ...['floppy', 'loop', 'nbd', 'tun', 'fuse', 'crc32c_intel'],
    ...['uhci_hcd', 'ehci_pci', 'usbhid', 'hid_generic', 'evdev', 'psmouse', 'button'],
    ...['vmxnet3', 'e1000', 'e1000e', '8139cp', '8139too'],
  ],
  /** Loaded in every boot, because no device asks for them by its modalias. */
  alwaysLoaded: ['sd_mod', 'sr_mod', 'evdev', 'psmouse', 'button', 'hid_generic', 'usbhid'],
} as const;
