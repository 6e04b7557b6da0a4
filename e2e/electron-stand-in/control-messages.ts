/** What a test may ask of the stand-in's main process, over the process's own IPC channel. Plain data both ways. */

export interface WindowFacts {
  readonly bounds: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  readonly minimum: { readonly width: number; readonly height: number };
  readonly maximised: boolean;
  readonly fullScreen: boolean;
  readonly visible: boolean;
  readonly focused: boolean;
  readonly backgroundColor: string;
  readonly webPreferences: Readonly<Record<string, unknown>>;
}

/** `open`: paths chosen (empty: cancelled). `save`: the path (null: cancelled). `message`: the button's index. */
export type DialogAnswer =
  | { readonly kind: 'open'; readonly paths: readonly string[] }
  | { readonly kind: 'save'; readonly path: string | null }
  | { readonly kind: 'message'; readonly button: number };

export interface ShownDialog {
  readonly kind: 'open' | 'save' | 'message' | 'error';
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ShownNotification {
  readonly title: string;
  readonly body: string;
}

/** Who sends: our window's main frame, a frame inside it, our frame after it went elsewhere, or another window's. */
export type Sender = 'renderer' | 'child-frame' | 'navigated-away' | 'other-window' | 'gone';

export interface Controls {
  window(): WindowFacts | null;
  resize(size: { width: number; height: number }): void;
  closeWindow(): void;
  quit(): void;
  setDark(on: boolean): void;
  answerDialog(answer: DialogAnswer): void;
  dialogs(): ShownDialog[];
  chooseMenu(id: string): void;
  menuIds(): string[];
  notifications(): ShownNotification[];
  clickNotification(index: number): void;
  /** Both ways a page gets a permission. */
  permission(name: string): Promise<{ requested: boolean; checked: boolean }>;
  /** Whether the session lets a request out at all, whatever the page's policy says. */
  reaches(url: string): Promise<boolean>;
  callAs(sender: Sender, channel: string, input: unknown): Promise<unknown>;
  /** Where files of these names lie, for webUtils.getPathForFile. */
  knowPaths(paths: readonly string[]): void;
}

export type ControlName = keyof Controls;
export interface ControlRequest {
  readonly id: number;
  readonly name: ControlName;
  readonly args: readonly unknown[];
}
export type ControlReply =
  | { readonly type: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly type: 'reply'; readonly id: number; readonly error: string }
  /** The window has loaded; the test attaches to the same Chromium. */
  | { readonly type: 'opened'; readonly debugPort: number };
