import { shortDigest } from './digest.ts';

/** A router's complete configuration, as the platform reads it. */
export interface ConfigurationText {
  readonly text: string;
  /** Short digest of `text`: two configurations are the same if their hashes are. */
  readonly hash: string;
}

/** Characters of the digest: 80 bits. */
const HASH_LENGTH = 16;

export const configurationText = (text: string): ConfigurationText => ({
  text,
  hash: shortDigest(text, HASH_LENGTH),
});
