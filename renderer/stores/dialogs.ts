import { create } from 'zustand';

/** Which of the app's dialogs is open. */
interface Dialogs {
  /** `file`: one that was dropped where no machine was. */
  readonly create: { readonly file: File | null } | null;
  /** The machine that is edited. */
  readonly edit: string | null;
  readonly isPaletteOpen: boolean;
  /** The machine whose `Force off` waits for a yes. */
  readonly forceOff: string | null;
}

export const dialogsStore = create<Dialogs>()(() => ({
  create: null,
  edit: null,
  isPaletteOpen: false,
  forceOff: null,
}));

export function openCreate(file: File | null = null): void {
  dialogsStore.setState({ create: { file } });
}

export function closeCreate(): void {
  dialogsStore.setState({ create: null });
}

export function openEdit(machine: string): void {
  dialogsStore.setState({ edit: machine });
}

export function closeEdit(): void {
  dialogsStore.setState({ edit: null });
}

export function setPalette(isPaletteOpen: boolean): void {
  dialogsStore.setState({ isPaletteOpen });
}

export function askForceOff(machine: string | null): void {
  dialogsStore.setState({ forceOff: machine });
}
