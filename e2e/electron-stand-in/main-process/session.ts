import { EventEmitter } from 'node:events';
import { strict } from './strict.ts';

type ProtocolHandler = (request: Request) => Response | Promise<Response>;
type RequestListener = (details: { url: string }, answer: (response: { cancel?: boolean }) => void) => void;
type PermissionRequestHandler = (
  contents: unknown,
  name: string,
  answer: (granted: boolean) => void,
  details: unknown,
) => void;
type PermissionCheckHandler = (contents: unknown, name: string, origin: string, details: unknown) => boolean;

/** What main registered, for Chromium's side of the stand-in and for the controls. */
class Registered {
  readonly protocols = new Map<string, ProtocolHandler>();
  schemes: readonly string[] = [];
  before: { readonly patterns: readonly RegExp[]; readonly listener: RequestListener } | null = null;
  permissionRequest: PermissionRequestHandler | null = null;
  permissionCheck: PermissionCheckHandler | null = null;
}
export const registered = new Registered();

/** `scheme://host/path` with `*` for anything, as webRequest filters are written. */
function toPattern(glob: string): RegExp {
  return new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
}

/** Whether main's webRequest listener stops a request. */
export async function isBlocked(url: string): Promise<boolean> {
  const { before } = registered;
  if (!before?.patterns.some((pattern) => pattern.test(url))) return false;
  return new Promise((resolve) => before.listener({ url }, ({ cancel }) => resolve(cancel === true)));
}

const sessionProtocol = strict('session.protocol', {
  handle(scheme: string, handler: ProtocolHandler) {
    if (!registered.schemes.includes(scheme))
      throw new Error(`The scheme ${scheme} was not registered as privileged`);
    registered.protocols.set(scheme, handler);
  },
});

class Session extends EventEmitter {
  readonly protocol = sessionProtocol;
  readonly webRequest = strict('session.webRequest', {
    onBeforeRequest(filter: { readonly urls: readonly string[] }, listener: RequestListener) {
      registered.before = { patterns: filter.urls.map(toPattern), listener };
    },
  });
  setPermissionRequestHandler(handler: PermissionRequestHandler): void {
    registered.permissionRequest = handler;
  }
  setPermissionCheckHandler(handler: PermissionCheckHandler): void {
    registered.permissionCheck = handler;
  }
  setDevicePermissionHandler(_handler: () => boolean): void {}
  setDisplayMediaRequestHandler(_handler: unknown): void {}
}

export const theSession = new Session();
export const session = strict('session', { defaultSession: strict('session.defaultSession', theSession) });

interface CustomScheme {
  readonly scheme: string;
  readonly privileges?: {
    readonly standard?: boolean;
    readonly secure?: boolean;
    readonly bypassCSP?: boolean;
  };
}
export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(schemes: readonly CustomScheme[]) {
    for (const { scheme, privileges } of schemes) {
      // The https origin that stands in for it is standard, secure and held to its CSP; anything else would be shown falsely.
      if (privileges?.standard !== true || privileges.secure !== true || privileges.bypassCSP === true) {
        throw new Error(`The Electron stand-in cannot show the scheme ${scheme} with these privileges`);
      }
    }
    registered.schemes = schemes.map(({ scheme }) => scheme);
  },
});
