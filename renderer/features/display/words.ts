import { type MachineState, stateWords } from '../../../backend/contract/machine.ts';

/** '0.4 ms', '12 ms' */
function milliseconds(ms: number): string {
  return `${ms < 9.95 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** What a person reads on the Display tab. */
export const words = {
  /** The name of the picture for a screen reader. */
  screenOf: (name: string, state: string) => `Screen of ${name}, ${state}`,
  liveState: 'live',
  waitingState: 'connecting',
  unreachableState: 'does not answer',
  oldState: (time: string) => `picture of ${time}`,
  keysGo: (name: string) => `Keys go to ${name}. Press and let go Ctrl+Alt to get them back.`,
  mouseHold: {
    free: (name: string) => `Click to give ${name} your mouse. Press and let go Ctrl+Alt to get it back.`,
    caught: (name: string) => `${name} has your mouse and keys. Press and let go Ctrl+Alt to get them back.`,
    refused: (name: string) =>
      `The browser keeps your mouse from ${name}. Click again; if it stays so, allow this page to lock the pointer.`,
  },
  panned: (name: string) => `Screen of ${name}, larger than the window. Arrow keys move it.`,
  help: 'Click or press Tab to type into the guest. Press and let go Ctrl+Alt to leave.',
  keys: 'Keys',
  sendKeys: 'Send keys to the guest',
  bar: (name: string) => `Screen of ${name}`,
  typeClipboard: 'Type clipboard',
  typeTitle: (enters: number) =>
    enters === 1 ? 'Type it and press Enter?' : `Type it and press Enter ${enters} times?`,
  typeText: 'Enter is pressed at the end of each line. A shell runs what it is given.',
  type: 'Type',
  typing: (characters: number) =>
    `Typing ${characters.toLocaleString('en')} characters. It can be stopped in the list of jobs.`,
  clipboardClosed: 'The clipboard is not open to this page.',
  clipboardRemedy: 'Allow this page to see the clipboard in the browser’s settings for it, then try again.',
  clipboardEmpty: 'There is no text in the clipboard.',
  clipboardLong: (characters: number, most: number) =>
    `The clipboard has ${characters.toLocaleString('en')} characters; ${most.toLocaleString('en')} can be typed at once.`,
  clipboardLongRemedy: 'Copy less of it at once, or bring it into the guest as a file.',
  screenshot: 'Screenshot',
  screenshotOf: (name: string) => `Screenshot of ${name}`,
  savePicture: 'Save as PNG…',
  copyPicture: 'Copy',
  pictureSaved: (file: string) => `Saved ${file}.`,
  pictureCopied: (width: number, height: number) => `Copied the screen, ${width} × ${height}.`,
  pictureNotCopied: 'Nothing was copied: the clipboard is not open to this page.',
  fullScreen: 'Full screen',
  leaveFullScreen: 'Leave full screen',
  size: 'Size of the picture',
  sizes: {
    fit: { short: 'Fit', long: 'Fit the window' },
    whole: { short: 'Whole', long: 'Largest whole multiple' },
    actual: { short: '1:1', long: 'One pixel for each of the guest’s' },
  },
  monitor: (number: number) => `Monitor ${number}`,
  allMonitors: 'All monitors',
  status: 'Status',
  statusOf: (name: string) => `Connection to ${name}’s screen`,
  viewer: 'Viewer',
  resolution: 'Resolution',
  scale: 'Scale',
  images: 'Images as',
  sources: {
    bitmap: 'uncompressed',
    quic: 'QUIC',
    lz: 'LZ',
    glz: 'GLZ',
    lz4: 'LZ4',
    jpeg: 'JPEG',
    cached: 'kept here',
    mjpeg: 'Motion JPEG',
    vp8: 'VP8',
    h264: 'H.264',
    vp9: 'VP9',
    h265: 'H.265',
  },
  video: 'Video',
  videoRate: (shown: number, skipped: number) =>
    skipped === 0 ? `${shown} /s` : `${shown} /s, ${skipped} /s skipped`,
  drawing: 'Drawn after',
  answer: 'Key to next picture',
  /** Of one time, or times that are all alike, there is nothing more to say. */
  times: (median: number, p95: number) => {
    const [half, most] = [milliseconds(median), milliseconds(p95)];
    return half === most ? half : `${half}, nearly all by ${most}`;
  },
  frames: 'Pictures',
  framesUnit: '/s',
  traffic: 'Received',
  mouse: 'Mouse',
  mouseModes: { places: 'Follows yours', movements: 'Caught by a click' },
  agent: {
    unsupported: 'This viewer cannot. Choose Innkeeper’s own in Settings.',
    absent: 'The guest’s SPICE agent does not answer: install and start spice-vdagent in it.',
    failed: 'What answers in the guest as its SPICE agent does not speak as one.',
  },
  noResize: 'The guest’s SPICE agent cannot change its resolution.',
  manyMonitors: 'The guest has more than one monitor, and following one would turn the others off.',
  noClipboard: 'The guest’s SPICE agent does not share its clipboard.',
  follows: {
    sharp: 'Guest follows the window',
    large: 'Guest follows the window, enlarged',
  },
  clipboard: 'Clipboard',
  clipboardHelp: 'Text that is copied here can be pasted in the guest, and the other way round.',
  /** As they are found with Ctrl+K, with other words for them. */
  commands: {
    chosen: 'Chosen',
    on: 'On',
    off: 'Off',
    shareClipboard: 'Share the clipboard',
    copyPicture: 'Copy a screenshot',
    send: (keys: string) => `Send ${keys}`,
    sizeWords: 'zoom scale size picture display',
    monitorWords: 'screen head display picture',
    followWords: 'resize resolution size display',
    clipboardWords: 'copy paste text',
    pictureWords: 'picture display',
    keyWords: 'keys keyboard',
    fullScreenWords: 'display window',
  },
  clipboardCrossed: { toGuest: 'Text copied to the guest', fromGuest: 'Text from the guest' },
  clipboardProblems: {
    toGuestTooLarge: (name: string) => ({
      message: `The text on your clipboard is too long for ${name}.`,
      remedy: 'Up to 1 MiB of text crosses at once. Copy less, or share a file.',
    }),
    fromGuestTooLarge: (name: string) => ({
      message: `The text copied in ${name} is too long.`,
      remedy: 'Up to 1 MiB of text crosses at once. Copy less, or share a file.',
    }),
    notGiven: (name: string) => ({
      message: `${name} did not give the text that was copied in it.`,
      remedy: 'It may be gone, or longer than 1 MiB. Copy it again, or less of it.',
    }),
    notRead: (name: string) => ({
      message: `Your clipboard is not open to this page, so nothing of it reaches ${name}.`,
      remedy: 'Allow this page to see the clipboard in the browser’s settings for it.',
    }),
    notWritten: (name: string) => ({
      message: `Your clipboard did not take the text from ${name}.`,
      remedy: 'Allow this page to use the clipboard in the browser’s settings for it.',
    }),
  },
  isOff: (name: string) => `${name} is off`,
  wentOff: (name: string) => `${name} shut down`,
  offText: 'Its screen shows here while it runs.',
  wentOffText: (time: string) => `This is its last picture, of ${time}.`,
  crashed: (name: string) => `${name} crashed`,
  isSaved: (name: string) => `${name} is saved`,
  savedText: 'It goes on where it was.',
  start: 'Start',
  starting: 'Starting…',
  startingText: (name: string) => `${name} is starting`,
  paused: (name: string) => `${name} is paused`,
  asleep: (name: string) => `${name} is asleep`,
  resume: 'Resume',
  wake: 'Wake it',
  resuming: 'Resuming…',
  stopping: 'Shutting down…',
  saving: 'Saving…',
  connecting: 'Connecting to the screen…',
  unreachable: (name: string) => `The screen of ${name} does not answer`,
  unreachableText:
    'It is tried again by itself. If it stays so, see what the Log tab says, or start the machine anew.',
  lost: (time: string) => `Connection lost. This is the picture of ${time}; reconnecting…`,
  silent: (name: string, time: string) =>
    `${name} does not answer. This is its picture of ${time}. If it stays so, see what the Log tab says, or reset it.`,
  garbled: 'This screen cannot be read',
  garbledText: 'The guest’s display server sent what makes no sense:',
  garbledRemedy:
    'Try again. If it stays so, choose the other viewer in Settings → Display, or start the machine anew.',
  failed: 'The viewer failed on this page',
  failedText: 'This is not the guest’s doing:',
  failedRemedy:
    'Try again. If it stays so, load this page again, or choose the other viewer in Settings → Display.',
  tryAgain: 'Try again',
  taken: 'Another viewer took this screen',
  takenText: 'Only one viewer can show it at a time.',
  showHere: 'Show it here',
  noSpice: 'No SPICE on this host: a picture a second, and no keyboard or mouse.',
  cannotNow: (state: MachineState) => `${stateWords[state]}: it cannot be started now.`,
} as const;
