import { Plus, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { text } from '../../i18n/en.ts';
import { MOST_HOST_KEYS, setHostKeys, useHostKeys } from '../../stores/settings.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { combinationLabel, combinationOf, isForTyping } from '../../ui/key-combination.ts';

const t = text.settings;

interface RecorderProps {
  readonly onPressed: (combination: string) => void;
  readonly onCancel: () => void;
}

/** Takes the next keys that are pressed together, instead of what they would do. */
function Recorder({ onPressed, onCancel }: RecorderProps): ReactNode {
  const box = useRef<HTMLParagraphElement | null>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      const combination = combinationOf(event);
      if (combination === 'Escape') onCancel();
      else if (combination !== null && !event.repeat) onPressed(combination);
    };
    // Before whoever else listens, the app's own shortcuts among them.
    window.addEventListener('keydown', press, { capture: true });
    window.addEventListener('blur', onCancel);
    window.addEventListener('pointerdown', onCancel);
    return () => {
      window.removeEventListener('keydown', press, { capture: true });
      window.removeEventListener('blur', onCancel);
      window.removeEventListener('pointerdown', onCancel);
    };
  }, [onPressed, onCancel]);
  useEffect(() => box.current?.focus(), []);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it has the keyboard while it listens, and says so
    <p className="host-keys-recorder" role="status" tabIndex={0} data-grabs-keys ref={box}>
      {t.pressHostKeys} <span className="note">{t.pressHostKeysNote}</span>
    </p>
  );
}

function problemOf(combination: string, kept: readonly string[]): string | null {
  if (isForTyping(combination)) return t.hostKeysForTyping;
  if (kept.includes(combination)) return t.hostKeysThere(combinationLabel(combination));
  return kept.length >= MOST_HOST_KEYS ? t.hostKeysFull(MOST_HOST_KEYS) : null;
}

/** The combinations that a guest does not get. */
export function HostKeys(): ReactNode {
  const kept = useHostKeys();
  const add = useRef<HTMLButtonElement | null>(null);
  const [isListening, setListening] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const stop = useRef(() => {
    setListening(false);
    // The button is drawn again first.
    requestAnimationFrame(() => add.current?.focus());
  }).current;
  const take = (combination: string) => {
    const found = problemOf(combination, kept);
    setProblem(found);
    if (found === null) setHostKeys([...kept, combination]);
    stop();
  };
  return (
    <div className="host-keys">
      <h3 className="field-label" id="host-keys">
        {t.hostKeys}
      </h3>
      <p className="note">{t.hostKeysNote}</p>
      {kept.length === 0 ? null : (
        <ul className="host-keys-list" aria-labelledby="host-keys">
          {kept.map((combination) => (
            <li key={combination}>
              <kbd className="keys">{combinationLabel(combination)}</kbd>
              <IconButton
                kind="quiet"
                size="s"
                label={t.removeHostKeys(combinationLabel(combination))}
                icon={<X className="icon" />}
                onPress={() => setHostKeys(kept.filter((one) => one !== combination))}
              />
            </li>
          ))}
        </ul>
      )}
      {isListening ? (
        <Recorder onPressed={take} onCancel={stop} />
      ) : (
        <Button
          ref={add}
          icon={<Plus className="icon" />}
          onPress={() => {
            setProblem(null);
            setListening(true);
          }}
        >
          {t.addHostKeys}
        </Button>
      )}
      {problem === null ? null : (
        <p className="field-error" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
