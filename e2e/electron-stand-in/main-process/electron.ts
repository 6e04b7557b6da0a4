import './controls.ts';

/** The part of Electron's main-process API that Innkeeper uses. What is missing fails by name at link time or in `strict`. */
export { app } from './app.ts';
export { BrowserWindow } from './browser-window.ts';
export { dialog } from './dialog.ts';
export { ipcMain } from './ipc-main.ts';
export { Menu } from './menu.ts';
export { Notification } from './notification.ts';
export { MessageChannelMain, MessagePortMain } from './ports.ts';
export { protocol, session } from './session.ts';
export { nativeTheme, screen, shell } from './surroundings.ts';
export { UtilityProcess, utilityProcess } from './utility-process.ts';
