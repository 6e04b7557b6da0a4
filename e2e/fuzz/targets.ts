import { channelTargets } from './channel-targets.ts';
import { codecTargets } from './codec-targets.ts';
import type { Target } from './target.ts';

export const targets: readonly Target[] = [...codecTargets, ...channelTargets];
