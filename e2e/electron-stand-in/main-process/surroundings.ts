import { EventEmitter } from 'node:events';
import { strict } from './strict.ts';

class NativeTheme extends EventEmitter {
  #dark = false;
  get shouldUseDarkColors(): boolean {
    return this.#dark;
  }
  /** What the system would do. */
  turn(dark: boolean): void {
    this.#dark = dark;
    this.emit('updated');
  }
}
export const theme = new NativeTheme();
export const nativeTheme = strict('nativeTheme', theme);

const display = { id: 1, scaleFactor: 1, workArea: { x: 0, y: 0, width: 1920, height: 1040 } };
export const screen = strict('screen', {
  getPrimaryDisplay: () => display,
  getAllDisplays: () => [display],
});

export const shownInFolder: string[] = [];
export const shell = strict('shell', {
  showItemInFolder: (path: string) => void shownInFolder.push(path),
});
