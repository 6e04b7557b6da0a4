import { type ReactNode, useState } from 'react';
import type { z } from 'zod';
import type { cdromView } from '../../../../backend/contract/devices.ts';
import { Fault } from '../../../../backend/contract/fault.ts';
import type { MachineView } from '../../../../backend/contract/machine.ts';
import { useBridge } from '../../../bridge/bridge.ts';
import { useRequest } from '../../../bridge/use-request.ts';
import { useIsLive } from '../../../stores/connection.ts';
import { Button } from '../../../ui/button.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { words } from '../words.ts';

const text = words.disk;

/** The CD drive, in the table of disks. */
export function CdRow({
  machine,
  cdrom,
}: {
  machine: MachineView;
  cdrom: z.infer<typeof cdromView>;
}): ReactNode {
  const bridge = useBridge();
  const insert = useRequest('cdrom.insert');
  const eject = useRequest('cdrom.eject');
  const isConnected = useIsLive();
  const [chooseFault, setChooseFault] = useState<Fault | null>(null);
  const choose = async () => {
    setChooseFault(null);
    try {
      const path = await bridge.chooseFile('cd', text.insertTitle);
      if (path !== null) await insert.send({ machine: machine.id, path });
    } catch (thrown) {
      setChooseFault(Fault.from(thrown));
    }
  };
  const fault =
    insert.fault ??
    eject.fault ??
    chooseFault ??
    (cdrom.problem === null ? null : { message: cdrom.problem });
  const dismiss = () => {
    insert.dismiss();
    eject.dismiss();
    setChooseFault(null);
  };
  return (
    <>
      <tr data-disk={cdrom.id}>
        <th scope="row">
          {text.cd} <code className="device-mono">{cdrom.id}</code>
        </th>
        <td colSpan={3} title={cdrom.path ?? ''} className="disk-medium">
          {cdrom.path === null ? text.cdEmpty : cdrom.path.split('/').at(-1)}
        </td>
        <td className="disk-action" colSpan={2}>
          {cdrom.path === null ? (
            <Button
              size="s"
              kind="quiet"
              isDisabled={!isConnected}
              busy={insert.isBusy ? text.inserting : null}
              onPress={() => void choose()}
            >
              {text.insert}
            </Button>
          ) : (
            <Button
              size="s"
              kind="quiet"
              isDisabled={!isConnected}
              busy={eject.isBusy ? text.ejecting : null}
              onPress={() => void eject.send({ machine: machine.id })}
            >
              {text.eject}
            </Button>
          )}
        </td>
      </tr>
      {fault === null ? null : (
        <tr>
          <td colSpan={6} className="disk-fault">
            <ErrorNote fault={fault} onDismiss={cdrom.problem === null ? dismiss : undefined} />
          </td>
        </tr>
      )}
    </>
  );
}
