/**
 * An API object that throws, with its name, when something is asked of it that the stand-in does not have: a gap must
 * show as a gap and never as `undefined`.
 */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, key) {
      if (key in object || typeof key === 'symbol' || key === 'then' || key === 'toJSON') {
        const value: unknown = Reflect.get(object, key, object);
        return typeof value === 'function' ? value.bind(object) : value;
      }
      throw new Error(`The Electron stand-in has no ${name}.${key}`);
    },
    set(_object, key) {
      throw new Error(`The Electron stand-in does not let ${name}.${String(key)} be set`);
    },
  });
}

/** An event whose default can be prevented. */
export class PreventableEvent {
  defaultPrevented = false;
  preventDefault(): void {
    this.defaultPrevented = true;
  }
}
