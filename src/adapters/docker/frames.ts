/** Output of a container's process without a terminal: Docker mixes stdout and stderr in one stream of frames. */
export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

const HEADER_BYTES = 8;
const STDERR = 2;

/** Takes a stream of frames apart: 8 bytes of header (stream, three zeros, big-endian length), then the bytes. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;

  /** The frames that `chunk` completes. @throws RangeError when this is no such stream. */
  read(chunk: Buffer): readonly Frame[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const frames: Frame[] = [];
    for (;;) {
      const header = this.#peek(HEADER_BYTES);
      if (header === undefined) return frames;
      const stream = header.readUInt8(0);
      if (stream > STDERR || header.readUIntBE(1, 3) !== 0) throw new RangeError('not a stream of frames');
      const end = HEADER_BYTES + header.readUInt32BE(4);
      const whole = this.#peek(end);
      if (whole === undefined) return frames;
      frames.push({
        stream: stream === STDERR ? 'stderr' : 'stdout',
        bytes: whole.subarray(HEADER_BYTES, end),
      });
      const rest = whole.subarray(end);
      this.#chunks = [rest];
      this.#length = rest.length;
    }
  }

  /** At least `length` bytes in one piece, if that many are there. Chunks are joined once per frame, not once per chunk. */
  #peek(length: number): Buffer | undefined {
    if (this.#length < length) return undefined;
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= length) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
