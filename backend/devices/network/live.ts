import type { QmpClient } from '../../qemu/qmp/client.ts';

/** Plugs or pulls the cable: the guest sees its link go up or down (virtio 1.2 §5.1.4 VIRTIO_NET_S_LINK_UP). */
export async function setLink(qmp: QmpClient, nic: string, up: boolean): Promise<void> {
  await qmp.execute('set_link', { name: nic, up });
}
