/** Puts images into the engine of one node. */
export interface ImageLoader {
  /**
   * Takes an archive as `docker save` writes it. @param signal ends it: nothing of the archive then has a name there.
   * @throws DockerError with the engine's words, or what reading the archive throws.
   */
  load(archive: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
  /** Gives an image one more name. @param image a name of it, or its id. */
  tag(image: string, name: { readonly repository: string; readonly tag: string }): Promise<void>;
}
