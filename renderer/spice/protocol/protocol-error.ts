/** What came over the wire is not what the protocol allows. It closes the session. */
export class ProtocolError extends Error {
  /** The message or field that was wrong, for example `display.drawCopy`. */
  readonly where: string;

  constructor(where: string, message: string, options?: ErrorOptions) {
    super(`${where}: ${message}`, options);
    this.name = 'ProtocolError';
    this.where = where;
  }
}
