/** A router's complete configuration, as the platform reads it. */
export interface ConfigurationText {
  readonly text: string;
  /** Short digest of `text`: two configurations are the same if their hashes are. */
  readonly hash: string;
}
