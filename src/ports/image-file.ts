/** A file with images in it, ready for engines. */
export interface ImageFile {
  /** What it turned out to be, for people: `ISO image with live/filesystem.squashfs`. */
  readonly what: string;
  /** Ids are digests of the content: the same file is the same image on every node. */
  readonly images: readonly { readonly id: string; readonly names: readonly string[] }[];
  /** Of what each engine is given. */
  readonly bytes: number;
  /** As `docker save` writes it; any number of times, also side by side. @throws ImageFileError */
  archive(signal: AbortSignal): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
