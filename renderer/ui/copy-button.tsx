import { Check, Copy } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { text as words } from '../i18n/en.ts';
import { Button, IconButton } from './button.tsx';
import { showToast } from './toast.tsx';

export interface CopyButtonProps {
  /** What goes to the clipboard. */
  text: string | (() => string);
  label: string;
  /** With its label as text instead of an icon alone. */
  isWide?: boolean;
}

const CONFIRMED_MS = 1500;

export function CopyButton({ text, label, isWide = false }: CopyButtonProps): ReactNode {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void => {
    navigator.clipboard.writeText(typeof text === 'function' ? text() : text).then(
      () => setCopied(true),
      () => showToast({ text: words.common.copyFailed, tone: 'bad' }),
    );
  };
  const icon = copied ? <Check className="icon" /> : <Copy className="icon" />;
  return isWide ? (
    <Button size="s" kind="quiet" icon={icon} onPress={copy}>
      {copied ? words.common.copied : label}
    </Button>
  ) : (
    <IconButton size="s" label={copied ? words.common.copied : label} icon={icon} onPress={copy} />
  );
}
