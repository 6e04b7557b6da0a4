import { FitAddon } from '@xterm/addon-fit';
import { type ITheme, Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { readColour } from '../ui/kind.ts';
import { LeaveChord } from '../ui/leave-chord.ts';
import { makeRowsStrict, openStrictly, strictDocument } from './strict-styles.ts';
import './terminal.css';

const SCROLLBACK_LINES = 5000;

const ansi = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

/** The colours of now: terminal.css has them for light and dark. */
function themeOf(host: HTMLElement): ITheme {
  const bright = (name: string) => `bright${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return {
    background: readColour('--terminal', host),
    foreground: readColour('--ink', host),
    cursor: readColour('--accent', host),
    cursorAccent: readColour('--terminal', host),
    selectionBackground: readColour('--terminal-selection', host),
    scrollbarSliderBackground: readColour('--line', host),
    scrollbarSliderHoverBackground: readColour('--line-strong', host),
    scrollbarSliderActiveBackground: readColour('--line-strong', host),
    ...Object.fromEntries(
      ansi.flatMap((name) => [
        [name, readColour(`--ansi-${name}`, host)],
        [bright(name), readColour(`--ansi-bright-${name}`, host)],
      ]),
    ),
  };
}

export interface GuestTerminalOptions {
  readonly host: HTMLElement;
  /** Its name for a screen reader. */
  readonly label: string;
  readonly onInput: (bytes: Uint8Array) => void;
  /** Ctrl and Alt were pressed and let go: the person wants the keyboard back. */
  readonly onLeave: () => void;
}

/** A terminal on a guest's serial line: it fills its host, follows the theme, and works under a strict CSP. */
export class GuestTerminal implements Disposable {
  readonly #terminal: Terminal;
  readonly #encoder = new TextEncoder();
  readonly #stop = new AbortController();
  readonly #observers: { disconnect(): void }[] = [];

  constructor({ host, label, onInput, onLeave }: GuestTerminalOptions) {
    const strict = strictDocument(document);
    const terminal = new Terminal({
      documentOverride: strict,
      fontFamily: getComputedStyle(host).fontFamily,
      fontSize: 13,
      lineHeight: 1.2,
      scrollback: SCROLLBACK_LINES,
      cursorBlink: false,
      minimumContrastRatio: 4.5,
      theme: themeOf(host),
      screenReaderMode: false,
    });
    this.#terminal = terminal;
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    openStrictly(document, () => terminal.open(host));
    makeRowsStrict(terminal, strict);
    terminal.textarea?.setAttribute('aria-label', label);

    terminal.onData((text) => onInput(this.#encoder.encode(text)));
    // Mouse reports of old protocols are bytes, not text.
    terminal.onBinary((bytes) =>
      onInput(Uint8Array.from(bytes, (character) => character.charCodeAt(0) & 0xff)),
    );

    const chord = new LeaveChord();
    terminal.attachCustomKeyEventHandler((event) => {
      if (chord.key(event.code, event.type === 'keydown')) onLeave();
      if (event.type !== 'keydown' || !event.ctrlKey || !event.shiftKey) return true;
      if (event.code === 'KeyC') {
        event.preventDefault();
        this.copy();
        return false;
      }
      // The browser's own "paste as plain text": xterm takes the paste event that follows.
      return event.code !== 'KeyV';
    });

    const refit = () => {
      if (host.clientWidth > 0 && host.clientHeight > 0) fit.fit();
    };
    const resize = new ResizeObserver(refit);
    resize.observe(host);
    const retheme = () => {
      terminal.options.theme = themeOf(host);
    };
    const themed = new MutationObserver(retheme);
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', retheme, {
      signal: this.#stop.signal,
    });
    this.#observers.push(resize, themed);
    // Cells measured before the font arrived would be of the fallback's size.
    void document.fonts.ready.then(() => {
      if (this.#stop.signal.aborted) return;
      terminal.options.fontSize = 13;
      refit();
    });
    refit();
  }

  write(bytes: Uint8Array): void {
    this.#terminal.write(bytes);
  }

  focus(): void {
    this.#terminal.focus();
  }

  clear(): void {
    this.#terminal.clear();
  }

  /** Copies the selection, if there is one. Not by the Clipboard API: it asks for a permission that faces deny. */
  copy(): boolean {
    return this.#terminal.hasSelection() && document.execCommand('copy');
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    for (const observer of this.#observers) observer.disconnect();
    this.#terminal.dispose();
  }
}
