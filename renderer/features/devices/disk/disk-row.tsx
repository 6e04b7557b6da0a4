import { Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DiskView } from '../../../../backend/contract/devices.ts';
import type { MachineView } from '../../../../backend/contract/machine.ts';
import { useRequest } from '../../../bridge/use-request.ts';
import { byteRate, bytes, words as withUnit } from '../../../i18n/format.ts';
import { useIsLive } from '../../../stores/connection.ts';
import { lastOf, ratesOf, useFigures } from '../../../stores/figures.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { Popover, PopoverActions } from '../../../ui/popover.tsx';
import { words } from '../words.ts';

const text = words.disk;
const COLUMNS = 6;

function rate(perSecond: number | null): string {
  if (perSecond === null) return '–';
  return perSecond === 0 ? '0' : withUnit(byteRate(perSecond));
}

function usage(disk: DiskView, allocated: number | null): string {
  if (disk.sizeBytes === null) return '–';
  const size = withUnit(bytes(disk.sizeBytes));
  return allocated === null ? size : text.of(withUnit(bytes(Math.min(allocated, disk.sizeBytes))), size);
}

interface DiskRowProps {
  readonly machine: MachineView;
  readonly disk: DiskView;
  /** The guest most likely starts from it: asked for once more before it is detached. */
  readonly isSystem: boolean;
}

export function DiskRow({ machine, disk, isSystem }: DiskRowProps): ReactNode {
  const { samples, latest } = useFigures(machine.id);
  const detach = useRequest('disk.detach');
  const isConnected = useIsLive();
  const isOn = machine.pid !== null;
  const seen = latest?.disks.find(({ id }) => id === disk.id);
  const counter = (key: 'readBytes' | 'writtenBytes') =>
    isOn ? lastOf(ratesOf(samples, (one) => one.disks.find(({ id }) => id === disk.id)?.[key])) : null;
  const isLeaving = detach.isBusy || disk.state === 'unplugging';
  const goNow = () => void detach.send({ machine: machine.id, disk: disk.id });
  const button = (onPress?: () => void) => (
    <IconButton
      size="s"
      label={text.detachOf(disk.id)}
      icon={<Unplug className="icon" />}
      isDisabled={!isConnected || disk.state === 'plugging'}
      onPress={onPress}
    />
  );
  const through = [disk.format, disk.bus, ...(disk.readOnly ? [text.readOnly] : [])].join(', ');
  return (
    <>
      <tr data-state={disk.state} data-disk={disk.id}>
        <th scope="row" title={disk.path}>
          {disk.path.split('/').at(-1)} <code className="device-mono">{disk.id}</code>
        </th>
        <td title={through}>{disk.state === 'plugging' ? text.plugging : through}</td>
        <td>{usage(disk, seen?.allocatedBytes ?? null)}</td>
        {isLeaving ? null : (
          <>
            <td className="disk-number">{rate(counter('readBytes'))}</td>
            <td className="disk-number">{rate(counter('writtenBytes'))}</td>
          </>
        )}
        <td className="disk-action" colSpan={isLeaving ? 3 : 1}>
          {isLeaving ? (
            <Button size="s" kind="quiet" busy={text.detaching}>
              {text.detach}
            </Button>
          ) : isSystem ? (
            <Popover trigger={button()} title={text.detachSystem} placement="bottom end">
              {(close) => (
                <>
                  <p>{text.detachSystemText}</p>
                  <PopoverActions>
                    <Button onPress={close}>{words.drop.cancel}</Button>
                    <Button
                      kind="danger"
                      onPress={() => {
                        close();
                        goNow();
                      }}
                    >
                      {text.detach}
                    </Button>
                  </PopoverActions>
                </>
              )}
            </Popover>
          ) : (
            button(goNow)
          )}
        </td>
      </tr>
      {detach.fault === null && disk.problem === null ? null : (
        <tr>
          <td colSpan={COLUMNS} className="disk-fault">
            {detach.fault === null ? (
              <ErrorNote fault={{ message: disk.problem ?? '' }} />
            ) : (
              <ErrorNote fault={detach.fault} onRetry={goNow} onDismiss={detach.dismiss} />
            )}
          </td>
        </tr>
      )}
    </>
  );
}
