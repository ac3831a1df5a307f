import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/** RFC 4648's alphabet in lower case: fit for DNS labels and Docker names. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** The first 30 bits of a text's SHA-256. */
export function numberDigest(text: string): number {
  let number = 0;
  for (const character of shortDigest(text, 6)) number = number * 32 + BASE32.indexOf(character);
  return number;
}

/** The first characters of a text's SHA-256 in base32: five bits each, at most 51. */
export function shortDigest(text: string, length: number): string {
  const bytes = sha256(utf8ToBytes(text));
  let digest = '';
  let bits = 0;
  let buffer = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5 && digest.length < length) {
      bits -= 5;
      digest += BASE32.charAt((buffer >> bits) & 31);
    }
    buffer &= 255;
  }
  return digest;
}
