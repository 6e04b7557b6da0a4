import { registerHooks } from 'node:module';

/** Loaded with --import before dist/electron/main.js: whoever asks for Electron gets the stand-in. */
const standIn = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    if (/^electron(\/(main|common))?$/.test(specifier)) return { url: standIn, shortCircuit: true };
    return next(specifier, context);
  },
});
