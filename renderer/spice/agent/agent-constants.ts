/** vd_agent.h: numbers of the messages between a viewer and the guest's agent. The server handles those that are not here. */
export const AGENT_MESSAGE = {
  monitorsConfig: 2,
  reply: 3,
  clipboard: 4,
  announceCapabilities: 6,
  clipboardGrab: 7,
  clipboardRequest: 8,
  clipboardRelease: 9,
  maxClipboard: 14,
} as const;

/** VD_AGENT_CAP_*: bit numbers. */
export const AGENT_CAP = {
  monitorsConfig: 1,
  clipboardByDemand: 5,
  clipboardSelection: 6,
  guestLineEndCrLf: 9,
  maxClipboard: 10,
  monitorsConfigPosition: 12,
  clipboardNoReleaseOnRegrab: 16,
  clipboardGrabSerial: 17,
} as const;

/** VD_AGENT_CLIPBOARD_*: what a clipboard holds. */
export const CLIPBOARD_TYPE = { none: 0, utf8Text: 1 } as const;

/** VD_AGENT_CLIPBOARD_SELECTION_CLIPBOARD: what is copied and pasted by name, not what is merely selected. */
export const CLIPBOARD_SELECTION = 0;

/** VD_AGENT_PROTOCOL */
export const AGENT_PROTOCOL = 1;

/** What one clipboard's text may take, as UTF-8 bytes. */
export const MAX_TEXT_BYTES = 1024 * 1024;
