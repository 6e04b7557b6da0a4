export interface Item {
  readonly id?: string;
  readonly label?: string;
  readonly role?: string;
  readonly type?: string;
  readonly accelerator?: string;
  readonly click?: () => void;
  readonly submenu?: readonly Item[];
}

const roles = new Set([
  ...['quit', 'undo', 'redo', 'cut', 'copy', 'paste', 'selectAll', 'resetZoom', 'zoomIn', 'zoomOut'],
  ...['togglefullscreen', 'reload', 'toggleDevTools'],
]);

export class Menu {
  static #application: Menu | null = null;
  readonly items: readonly Item[];

  private constructor(items: readonly Item[]) {
    this.items = items;
  }

  static buildFromTemplate(template: readonly Item[]): Menu {
    for (const item of flatten(template)) {
      if (item.role !== undefined && !roles.has(item.role)) {
        throw new Error(`The Electron stand-in does not know the menu role ${item.role}`);
      }
    }
    return new Menu(template);
  }
  static setApplicationMenu(menu: Menu | null): void {
    Menu.#application = menu;
  }
  static getApplicationMenu(): Menu | null {
    return Menu.#application;
  }
}

function flatten(items: readonly Item[]): Item[] {
  return items.flatMap((item) => [item, ...flatten(item.submenu ?? [])]);
}

export function applicationItems(): Item[] {
  return flatten(Menu.getApplicationMenu()?.items ?? []);
}
