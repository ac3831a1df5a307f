import { describe, expect, it } from 'vitest';
import { releaseOf, releaseOfImage } from '../../../../../src/core/render/vyos/release.ts';

describe('the release of an image', () => {
  it.each([
    ['registry.lab:5000/vyos:1.4.0', '1.4'],
    ['vyos:1.4', '1.4'],
    ['vyos/image:1.3.8', '1.3'],
    ['vyos:1.5-rolling-202410210006', '1.5'],
    ['vyos:sagitta', '1.4'],
    ['equuleus-router', '1.3'],
    ['vyos-1.4:latest', '1.4'],
    ['vyos:1.5-stream-2025-Q1', '1.5'],
    ['vyos-1.4@sha256:151511', '1.4'],
    ['registry-1.3.lab/vyos:2024', undefined],
    ['vyos:11.4', undefined],
    ['vyos:1.40', undefined],
    ['vyos', undefined],
  ])('%s', (image, release) => {
    expect(releaseOfImage(image)).toBe(release);
  });

  it('gives way to what the object says, and is 1.4 where neither does', () => {
    expect(releaseOf({ release: '1.5', image: 'vyos:1.3' })).toBe('1.5');
    expect(releaseOf({ image: 'vyos:1.3' })).toBe('1.3');
    expect(releaseOf({ image: 'vyos:mine' })).toBe('1.4');
    expect(releaseOf({})).toBe('1.4');
  });
});
