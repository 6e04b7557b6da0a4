import { channelTargets } from './channel-targets.ts';
import { codecTargets } from './codec-targets.ts';
import { sessionTargets } from './session-targets.ts';
import type { Target } from './target.ts';

export { selfTests } from './self-tests.ts';

export const targets: readonly Target[] = [...codecTargets, ...channelTargets, ...sessionTargets];
