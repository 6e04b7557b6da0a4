// Builds spice-codecs-native.c against the sources of spice and spice-gtk, where there are a compiler and those sources.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Answers the program, or why there is none. The sources are looked for in INNKEEPER_SPICE_SOURCE, a folder with the unpacked
 * source packages spice and spice-gtk; without it, apt is asked for them.
 */
export function buildNative(): { readonly program: string } | { readonly problem: string } {
  const folder = join(tmpdir(), `innkeeper-spice-codecs-${process.getuid?.() ?? 0}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    const sources = process.env.INNKEEPER_SPICE_SOURCE ?? fetchSources(folder);
    const spice = unpacked(sources, /^spice-\d[\d.]*$/);
    const gtk = unpacked(sources, /^spice-gtk-\d[\d.]*$/);
    const shared = join(spice, 'subprojects/spice-common');
    const common = join(shared, 'common');
    const settings = join(folder, 'settings');
    mkdirSync(settings, { recursive: true });
    writeFileSync(join(settings, 'config.h'), '#define G_LOG_DOMAIN "Spice"\n');
    const flags = (what: string) =>
      execFileSync('pkg-config', [what, 'glib-2.0', 'pixman-1', 'spice-protocol', 'liblz4'], {
        encoding: 'utf8',
      })
        .trim()
        .split(/\s+/);
    const program = join(folder, 'native');
    execFileSync(
      'cc',
      [
        ...['-O2', '-w', '-o', program],
        ...[settings, shared, common, join(spice, 'server'), join(gtk, 'src')].map((at) => `-I${at}`),
        ...flags('--cflags'),
        join(import.meta.dirname, 'spice-codecs-native.c'),
        ...['quic', 'lz', 'log', 'mem', 'backtrace', 'canvas_utils'].map((name) => join(common, `${name}.c`)),
        ...['glz-encoder', 'glz-encoder-dict'].map((name) => join(spice, 'server', `${name}.c`)),
        join(gtk, 'src/decode-glz.c'),
        ...flags('--libs'),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    return { program };
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    const lines = said.split('\n').filter((line) => line !== '');
    return { problem: lines.find((line) => line.includes('error')) ?? lines.at(-1) ?? String(error) };
  }
}

function unpacked(sources: string, name: RegExp): string {
  const found = readdirSync(sources).find((entry) => name.test(entry));
  if (found === undefined) throw new Error(`there are no sources like ${name} in ${sources}`);
  return join(sources, found);
}

function fetchSources(folder: string): string {
  const sources = join(folder, 'sources');
  if (!existsSync(sources) || !readdirSync(sources).some((entry) => /^spice-gtk-\d[\d.]*$/.test(entry))) {
    mkdirSync(sources, { recursive: true });
    execFileSync('apt-get', ['source', 'spice', 'spice-gtk'], {
      cwd: sources,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }
  return sources;
}
