import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folders the desktop face needs itself. The back end owns what is in `data`; here only its log is written. */
export interface DesktopFolders {
  readonly data: string;
  readonly settings: string;
}

/**
 * The same rule as the back end's: all under INNKEEPER_HOME when it is set, else the XDG Base Directory Specification.
 * It stands here a second time because the walls keep backend/store out of electron/; e2e/electron checks that they agree.
 */
export function desktopFolders(env: NodeJS.ProcessEnv): DesktopFolders {
  const root = env.INNKEEPER_HOME;
  if (root !== undefined && root !== '') {
    return { data: join(resolve(root), 'data'), settings: join(resolve(root), 'config') };
  }
  const home = env.HOME !== undefined && env.HOME !== '' ? env.HOME : homedir();
  const xdg = (value: string | undefined, fallback: string): string =>
    // "All paths must be absolute; a relative path is to be considered invalid and ignored."
    join(value?.startsWith('/') ? value : join(home, fallback), 'innkeeper');
  return {
    data: xdg(env.XDG_DATA_HOME, '.local/share'),
    settings: xdg(env.XDG_CONFIG_HOME, '.config'),
  };
}
