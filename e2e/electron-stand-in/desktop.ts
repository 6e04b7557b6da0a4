import type { Locator, Page } from 'playwright';
import type {
  DialogAnswer,
  Sender,
  ShownDialog,
  ShownNotification,
  WindowFacts,
} from './control-messages.ts';

/** The desktop face while it runs: the same for Electron and for the stand-in. */
export interface Desktop extends AsyncDisposable {
  readonly runtime: 'electron' | 'stand-in';
  /** The renderer's page. */
  readonly page: Page;
  /** Process id of Electron's main process. */
  readonly mainPid: number;
  /** Resolves with its exit code when main ends; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** What main wrote so far, standard output and error together. */
  output(): string;

  window(): Promise<WindowFacts>;
  resizeWindow(size: { readonly width: number; readonly height: number }): Promise<void>;
  /** As the person's click on the window's close button. */
  closeWindow(): Promise<void>;
  setDark(on: boolean): Promise<void>;

  /** Lays an answer ready for the next dialog of its kind. Without one the dialog is cancelled. */
  answerDialog(answer: DialogAnswer): Promise<void>;
  dialogs(): Promise<readonly ShownDialog[]>;
  menuIds(): Promise<readonly string[]>;
  chooseMenu(id: string): Promise<void>;
  notifications(): Promise<readonly ShownNotification[]>;
  clickNotification(index: number): Promise<void>;

  /** Whether the page would get a permission (Electron's name for it), by either way there is. */
  permission(name: string): Promise<boolean>;
  /** Whether the session lets a request out at all, whatever the page's policy says. */
  reaches(url: string): Promise<boolean>;
  /** Calls one of main's IPC handlers as that sender; what it answers, unchanged. */
  callAs(sender: Sender, channel: string, input: unknown): Promise<unknown>;
  /** Drops files on an element as a file manager does; main can learn their paths. */
  dropFiles(target: Locator, paths: readonly string[]): Promise<void>;

  /** Leaves as Quit in the menu does and waits until main is gone. */
  close(): Promise<void>;
}

export interface LaunchOptions {
  /** INNKEEPER_HOME: everything the program keeps lies below it. */
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
}
