import { applyPatches } from './patches.ts';

/** The only place that imports spice-html5: with `import()`, so that it is fetched when the first display opens. */
async function importLibrary() {
  const [main, conn, display, inputs, wire, view, types, messages] = await Promise.all([
    import('@spice-project/spice-html5/src/main.js'),
    import('@spice-project/spice-html5/src/spiceconn.js'),
    import('@spice-project/spice-html5/src/display.js'),
    import('@spice-project/spice-html5/src/inputs.js'),
    import('@spice-project/spice-html5/src/wire.js'),
    import('@spice-project/spice-html5/src/spicedataview.js'),
    import('@spice-project/spice-html5/src/spicetype.js'),
    import('@spice-project/spice-html5/src/spicemsg.js'),
  ]);
  return { main, conn, display, inputs, wire, view, types, messages };
}

export type SpiceLibrary = Awaited<ReturnType<typeof importLibrary>>;

let library: Promise<SpiceLibrary> | null = null;

/** spice-html5, patched once. A failed fetch is tried again at the next call. */
export function loadSpice(): Promise<SpiceLibrary> {
  library ??= importLibrary().then(
    (loaded) => {
      applyPatches(loaded);
      return loaded;
    },
    (error: unknown) => {
      library = null;
      throw error;
    },
  );
  return library;
}
