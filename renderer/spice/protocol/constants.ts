/** Numbers of the SPICE protocol. Names follow spice.proto and spice-protocol's protocol.h; sections are cited by their names there. */

/** protocol Spice: channel types. */
export const CHANNEL = {
  main: 1,
  display: 2,
  inputs: 3,
  cursor: 4,
  playback: 5,
  record: 6,
} as const;

/** protocol.h: bit numbers in the capability words. */
export const COMMON_CAP = { authSelection: 0, authSpice: 1, authSasl: 2, miniHeader: 3 } as const;
export const MAIN_CAP = {
  semiSeamlessMigrate: 0,
  nameAndUuid: 1,
  agentConnectedTokens: 2,
  seamlessMigrate: 3,
} as const;
export const DISPLAY_CAP = {
  sizedStream: 0,
  monitorsConfig: 1,
  composite: 2,
  a8Surface: 3,
  streamReport: 4,
  lz4Compression: 5,
  preferredCompression: 6,
  glScanout: 7,
  multiCodec: 8,
  codecMjpeg: 9,
  codecVp8: 10,
  codecH264: 11,
  preferredVideoCodec: 12,
  codecVp9: 13,
  codecH265: 14,
} as const;
export const INPUTS_CAP = { keyScancode: 0 } as const;

/** enum32 link_err, in order. */
export const LINK_ERROR = {
  ok: 0,
  error: 1,
  invalidMagic: 2,
  invalidData: 3,
  versionMismatch: 4,
  needSecured: 5,
  needUnsecured: 6,
  permissionDenied: 7,
  badConnectionId: 8,
  channelNotAvailable: 9,
} as const;

/** BaseChannel, client side. */
export const BASE_OUT = {
  ackSync: 1,
  ack: 2,
  pong: 3,
  migrateFlushMark: 4,
  migrateData: 5,
  disconnecting: 6,
} as const;
/** MainChannel, client side. */
export const MAIN_OUT = {
  clientInfo: 101,
  migrateConnected: 102,
  migrateConnectError: 103,
  attachChannels: 104,
  mouseModeRequest: 105,
  agentStart: 106,
  agentData: 107,
  agentToken: 108,
} as const;
/** DisplayChannel, client side. */
export const DISPLAY_OUT = {
  init: 101,
  streamReport: 102,
  preferredCompression: 103,
  preferredVideoCodec: 105,
} as const;
/** InputsChannel, client side. */
export const INPUTS_OUT = {
  keyDown: 101,
  keyUp: 102,
  keyModifiers: 103,
  keyScancode: 104,
  mouseMotion: 111,
  mousePosition: 112,
  mousePress: 113,
  mouseRelease: 114,
} as const;

/** flags16 mouse_mode. */
export const MOUSE_MODE = { server: 1, client: 2 } as const;

/** enum8 mouse_button; the mask of a button (mouse_button_mask) is `1 << (button - 1)`. */
export const MOUSE_BUTTON = { left: 1, middle: 2, right: 3, up: 4, down: 5, side: 6, extra: 7 } as const;

/** flags16 keyboard_modifier_flags. */
export const KEY_MODIFIER = { scrollLock: 1, numLock: 2, capsLock: 4 } as const;

/** protocol.h, SPICE_INPUT_MOTION_ACK_BUNCH: the server acknowledges every so many motions or positions. */
export const MOTION_ACK_BUNCH = 4;

/** protocol.h, SPICE_MAX_NUM_STREAMS: stream ids are below this. */
export const MAX_STREAMS = 64;

/** enum8 image_type. */
export const IMAGE_TYPE = {
  bitmap: 0,
  quic: 1,
  lzPalette: 100,
  lzRgb: 101,
  glzRgb: 102,
  fromCache: 103,
  surface: 104,
  jpeg: 105,
  fromCacheLossless: 106,
  zlibGlzRgb: 107,
  jpegAlpha: 108,
  lz4: 109,
} as const;

/** flags8 image_flags. */
export const IMAGE_FLAG = { cacheMe: 1, highBitsSet: 2, cacheReplaceMe: 4 } as const;

/** enum8 image_compression. */
export const IMAGE_COMPRESSION = {
  off: 1,
  autoGlz: 2,
  autoLz: 3,
  quic: 4,
  glz: 5,
  lz: 6,
  lz4: 7,
} as const;
export type ImageCompression = keyof typeof IMAGE_COMPRESSION;

/** enum8 bitmap_fmt. */
export const BITMAP_FORMAT = {
  bit1Le: 1,
  bit1Be: 2,
  bit4Le: 3,
  bit4Be: 4,
  bit8: 5,
  bit16: 6,
  bit24: 7,
  bit32: 8,
  rgba: 9,
  alpha8: 10,
} as const;

/** flags8 bitmap_flags. */
export const BITMAP_FLAG = { paletteCacheMe: 1, paletteFromCache: 2, topDown: 4 } as const;
/** flags8 jpeg_alpha_flags. */
export const JPEG_ALPHA_FLAG = { topDown: 1 } as const;
/** flags8 mask_flags. */
export const MASK_FLAG = { inverse: 1 } as const;
/** enum8 image_scale_mode. */
export const SCALE_MODE = { interpolate: 0, nearest: 1 } as const;

/** flags16 ropd. */
export const ROPD = {
  inverseSource: 0x001,
  inverseBrush: 0x002,
  inverseDestination: 0x004,
  put: 0x008,
  or: 0x010,
  and: 0x020,
  xor: 0x040,
  blackness: 0x080,
  whiteness: 0x100,
  inverse: 0x200,
  inverseResult: 0x400,
} as const;

/** flags8 path_flags. */
export const PATH_FLAG = { begin: 1, end: 2, close: 8, bezier: 16 } as const;
/** flags8 line_flags. */
export const LINE_FLAG = { startWithGap: 4, styled: 8 } as const;
/** flags8 string_flags. */
export const STRING_FLAG = { a1: 1, a4: 2, a8: 4, topDown: 8 } as const;
/** flags8 alpha_flags. */
export const ALPHA_FLAG = { destinationHasAlpha: 1, sourceSurfaceHasAlpha: 2 } as const;

/** flags32 composite_flags; the low 8 bits are the operator, then two 3-bit filters and two 2-bit repeats. */
export const COMPOSITE_FLAG = {
  componentAlpha: 1 << 18,
  hasMask: 1 << 19,
  hasSourceTransform: 1 << 20,
  hasMaskTransform: 1 << 21,
  sourceOpaque: 1 << 22,
  maskOpaque: 1 << 23,
  destinationOpaque: 1 << 24,
} as const;

/** enum32 surface_fmt. */
export const SURFACE_FORMAT = {
  alpha1: 1,
  alpha8: 8,
  rgb555: 16,
  xrgb32: 32,
  rgb565: 80,
  argb32: 96,
} as const;
/** flags32 surface_flags. */
export const SURFACE_FLAG = { primary: 1, streamingMode: 2 } as const;

/** enum8 resource_type. */
export const RESOURCE_TYPE = { pixmap: 1 } as const;

/** enum8 video_codec_type. */
export const VIDEO_CODEC = { mjpeg: 1, vp8: 2, h264: 3, vp9: 4, h265: 5 } as const;
export type VideoCodec = keyof typeof VIDEO_CODEC;
/** flags8 stream_flags. */
export const STREAM_FLAG = { topDown: 1 } as const;

/** enum8 cursor_type. */
export const CURSOR_TYPE = {
  alpha: 0,
  mono: 1,
  color4: 2,
  color8: 3,
  color16: 4,
  color24: 5,
  color32: 6,
} as const;
/** flags16 cursor_flags. */
export const CURSOR_FLAG = { none: 1, cacheMe: 2, fromCache: 4 } as const;
