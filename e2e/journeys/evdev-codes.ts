/**
 * The 105 keys of a PC keyboard (ISO), KeyboardEvent.code → what Linux calls the key (input-event-codes.h), which its
 * atkbd driver makes of the scan code. SysRq and Pause are Linux's names for what PrintScreen and Pause send.
 */
export const evdevCodes: Readonly<Record<string, number>> = {
  Escape: 1,
  ...row(2, 'Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace'),
  ...row(15, 'Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter'),
  ...row(29, 'ControlLeft KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote'),
  ...row(42, 'ShiftLeft Backslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight'),
  ...row(55, 'NumpadMultiply AltLeft Space CapsLock F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NumLock ScrollLock'),
  ...row(71, 'Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd'),
  ...row(79, 'Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal'),
  ...row(86, 'IntlBackslash F11 F12'),
  ...row(96, 'NumpadEnter ControlRight NumpadDivide PrintScreen AltRight'),
  ...row(102, 'Home ArrowUp PageUp ArrowLeft ArrowRight End ArrowDown PageDown Insert Delete'),
  Pause: 119,
  ...row(125, 'MetaLeft MetaRight ContextMenu'),
};

/** Keys whose Linux codes follow each other. */
function row(first: number, codes: string): Record<string, number> {
  return Object.fromEntries(codes.split(' ').map((code, index) => [code, first + index]));
}
