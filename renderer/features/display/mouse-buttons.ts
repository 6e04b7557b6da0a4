/** SpiceMouseButton (spice.proto, enum8 mouse_button); the wheel's notches are buttons too. */
export const mouseButtons = { left: 1, middle: 2, right: 3, up: 4, down: 5, side: 6, extra: 7 } as const;
export type MouseButton = (typeof mouseButtons)[keyof typeof mouseButtons];
