/** A file that images are to come from cannot be used. The message is for people. */
export class ImageFileError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ImageFileError';
  }
}
