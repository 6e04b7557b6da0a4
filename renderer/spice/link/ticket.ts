import { LinkError } from './link-error.ts';

/** protocol.h, SPICE_MAX_PASSWORD_LENGTH. */
const MAX_PASSWORD_BYTES = 60;

/**
 * SpiceLinkEncryptedTicket: the password and its NUL, RSA-OAEP with SHA-1 under the server's key. The server decrypts it even where it asks for no
 * password, so an empty password makes a ticket as well.
 */
export async function encryptTicket(publicKey: Uint8Array, password: string): Promise<Uint8Array> {
  const secret = new TextEncoder().encode(`${password}\0`);
  if (secret.length > MAX_PASSWORD_BYTES + 1) {
    throw new LinkError('permissionDenied', `A SPICE password has at most ${MAX_PASSWORD_BYTES} bytes.`);
  }
  const algorithm = { name: 'RSA-OAEP', hash: 'SHA-1' };
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey('spki', Uint8Array.from(publicKey), algorithm, false, ['encrypt']);
  } catch (error) {
    throw new LinkError('unsupported', 'The SPICE server’s key for the password is not a usable RSA key.', {
      cause: error,
    });
  }
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, key, secret));
}
