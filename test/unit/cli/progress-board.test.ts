import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Output } from '../../../src/cli/output.ts';
import { bytesText, ProgressBoard } from '../../../src/cli/progress-board.ts';

function boardOn(terminal: boolean) {
  const stderr = Object.assign(new PassThrough(), { isTTY: terminal });
  const board = new ProgressBoard(new Output({ stdout: new PassThrough(), stderr }), ['node1', 'n2']);
  return { board, said: () => String(stderr.read() ?? '') };
}

describe('ProgressBoard', () => {
  it('says at no terminal only what each came to', () => {
    const { board, said } = boardOn(false);
    board.tell('node1', '1 of 2', 0);
    board.end('n2', 'imported');
    board.end('node1', 'failed: full');
    expect(said()).toBe('n2     imported\nnode1  failed: full\n');
  });

  it('writes its lines anew at a terminal, and not too often', () => {
    const { board, said } = boardOn(true);
    board.tell('node1', '1 of 2', 1_000);
    expect(said()).toBe('\u001b[2Knode1  1 of 2\n\u001b[2Kn2     waiting\n');
    board.tell('node1', '2 of 2', 1_100);
    expect(said()).toBe('');
    board.end('n2', 'imported');
    expect(said()).toBe('\u001b[2A\u001b[2Knode1  2 of 2\n\u001b[2Kn2     imported\n');
  });

  it.each([
    [12_000_000, 40_000_000, '12.0 of 40.0 MB (30 %)'],
    [39_999_999, 40_000_000, '40.0 of 40.0 MB (99 %)'],
    [5, 5, '0.0 of 0.0 MB (100 %)'],
    [1_500_000, undefined, '1.5 MB'],
  ])('%s bytes of %s', (bytes, whole, text) => {
    expect(bytesText(bytes, whole)).toBe(text);
  });
});
