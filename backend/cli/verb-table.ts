import type { Verb } from './verb.ts';
import { agentVerbs } from './verbs/agent.ts';
import { consoleVerbs } from './verbs/console.ts';
import { deviceVerbs } from './verbs/devices.ts';
import { guestVerbs } from './verbs/guest.ts';
import { hostVerbs } from './verbs/host.ts';
import { lifecycleVerbs } from './verbs/lifecycle.ts';
import { machineVerbs } from './verbs/machines.ts';
import { serveVerbs } from './verbs/serve.ts';

/** Every verb there is; parsing and help are driven by it. */
export const verbs: readonly Verb[] = [
  ...machineVerbs,
  ...lifecycleVerbs,
  ...guestVerbs,
  ...agentVerbs,
  ...consoleVerbs,
  ...deviceVerbs,
  ...serveVerbs,
  ...hostVerbs,
];
