/** As the guest's agent said that its lines end (AGENT_CAP.guestLineEndCrLf); every other guest ends them with LF alone. */
export function toGuestLines(text: string, guestEndsCrLf: boolean): string {
  const lines = text.replaceAll('\r\n', '\n');
  return guestEndsCrLf ? lines.replaceAll('\n', '\r\n') : lines;
}

/** The browser makes of LF what the person's own system has. */
export function fromGuestLines(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
