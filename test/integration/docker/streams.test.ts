import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader } from '../../../src/adapters/docker/frames.ts';
import { LineReader } from '../../../src/adapters/docker/lines.ts';

/** Cuts bytes at arbitrary places, as a network does. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

const frame = (stream: number, bytes: Uint8Array): Buffer => {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
};

describe('FrameReader', () => {
  it('gives back what was framed, wherever the chunks end', () => {
    const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 50 })));
    fc.assert(
      fc.property(frames, fc.array(fc.nat()), (sent, places) => {
        const reader = new FrameReader();
        const whole = Buffer.concat(sent.map(([stream, bytes]) => frame(stream, bytes)));
        const got = cut(whole, places).flatMap((chunk) => reader.read(chunk));
        expect(got.map(({ stream, bytes }) => [stream === 'stdout' ? 1 : 2, [...bytes]])).toEqual(
          sent.map(([stream, bytes]) => [stream, [...bytes]]),
        );
      }),
    );
  });

  it('refuses what is no stream of frames', () => {
    expect(() => new FrameReader().read(Buffer.from('OCI runtime exec failed'))).toThrow(RangeError);
  });
});

describe('LineReader', () => {
  it('gives back the lines, wherever the chunks end', () => {
    const line = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !text.includes('\n') && text.trim() !== '');
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat()), (lines, places) => {
        const reader = new LineReader();
        const whole = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        expect(cut(whole, places).flatMap((chunk) => reader.read(chunk))).toEqual(lines);
      }),
    );
  });

  it('leaves out empty lines', () => {
    expect(new LineReader().read(Buffer.from('\n \na\n\n'))).toEqual(['a']);
  });
});
