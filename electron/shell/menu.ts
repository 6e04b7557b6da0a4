import { type BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron';
import type { DesktopCommand } from '../../backend/contract/desktop.ts';
import { COMMAND_CHANNEL } from '../ipc/channels.ts';

/**
 * The application menu. Accelerators reach it only when the page did not take the key, so a guest's screen that has
 * the keyboard keeps them all.
 */
export function installMenu(window: BrowserWindow, { developer }: { readonly developer: boolean }): void {
  const command = (id: DesktopCommand, label: string, accelerator: string): MenuItemConstructorOptions => ({
    id,
    label,
    accelerator,
    click: () => window.webContents.send(COMMAND_CHANNEL, id),
  });
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      {
        label: 'Machines',
        submenu: [
          command('new-machine', 'New machine…', 'CommandOrControl+N'),
          command('find', 'Find…', 'CommandOrControl+K'),
          command('host', 'This computer', 'CommandOrControl+Shift+H'),
          command('settings', 'Settings', 'CommandOrControl+,'),
          { type: 'separator' },
          { role: 'quit', label: 'Quit', accelerator: 'CommandOrControl+Q' },
        ],
      },
      {
        label: 'Edit',
        submenu: [
          { role: 'undo' },
          { role: 'redo' },
          { type: 'separator' },
          { role: 'cut' },
          { role: 'copy' },
          { role: 'paste' },
          { role: 'selectAll' },
        ],
      },
      {
        label: 'View',
        submenu: [
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { role: 'togglefullscreen', accelerator: 'F11' },
          ...(developer ? ([{ role: 'reload' }, { role: 'toggleDevTools' }] as const) : []),
        ],
      },
    ]),
  );
}
