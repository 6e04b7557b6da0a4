import { type DragEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Fault } from '../../../backend/contract/fault.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { text } from '../../i18n/en.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';

export interface PathFieldProps {
  label: string;
  kind: 'disk' | 'cd' | 'any';
  value: string;
  onChange: (path: string) => void;
  note?: ReactNode;
  error?: string | null | undefined;
  autoFocus?: boolean;
  /** A file that was dropped before the field was there: it is taken at once. */
  dropped?: File | null;
}

/** A path on the host: typed, chosen, or a file dropped on the field. */
export function PathField(props: PathFieldProps): ReactNode {
  const { label, kind, value, onChange, note, error, autoFocus = false, dropped = null } = props;
  const bridge = useBridge();
  const [isOver, setOver] = useState(false);
  const [upload, setUpload] = useState<number | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);

  const take = async (ask: () => Promise<string | null>): Promise<void> => {
    setFault(null);
    try {
      const path = await ask();
      if (path !== null) onChange(path);
    } catch (thrown) {
      setFault(Fault.from(thrown));
    } finally {
      setUpload(null);
    }
  };

  const taken = useRef<File | null>(null);
  useEffect(() => {
    if (dropped === null || taken.current === dropped) return;
    taken.current = dropped;
    void take(() => bridge.pathOf(dropped, setUpload));
  });

  const over = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    event.stopPropagation();
    event.dataTransfer.dropEffect = 'copy';
    setOver(true);
  };
  const drop = (event: DragEvent): void => {
    const file = event.dataTransfer.files[0];
    setOver(false);
    if (file === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    void take(() => bridge.pathOf(file, setUpload));
  };

  const below =
    upload !== null ? text.create.uploading(Math.round(upload * 100)) : isOver ? text.create.drop : note;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the field and its button do the same
    <div
      className={`path-field ${isOver ? 'path-over' : ''}`}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <TextField
        label={label}
        value={value}
        onChange={onChange}
        isMono
        placeholder="/"
        autoFocus={autoFocus}
        note={below}
        error={upload === null && !isOver ? (fault?.message ?? error) : null}
        action={
          <Button
            busy={upload === null ? null : text.common.choose}
            onPress={() => void take(() => bridge.chooseFile(kind, label, setUpload))}
          >
            {text.common.choose}
          </Button>
        }
      />
    </div>
  );
}
