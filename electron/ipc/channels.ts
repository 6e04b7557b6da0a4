/** Main to preload: a port (with its token), and a command of the menu. No zod here: the preload takes this file in. */
export const PORT_CHANNEL = 'desktop.port';
export const COMMAND_CHANNEL = 'desktop.command';
