import { describe, expect, it } from 'vitest';
import { imageNameOf, nameText, parseImageName } from '../../../src/cli/image-name.ts';

describe('the name of an image', () => {
  it.each([
    ['vyos-1.4.iso', 'hinge/vyos:1.4'],
    ['/isos/vyos-1.4.0-generic-amd64.iso', 'hinge/vyos:1.4.0-generic-amd64'],
    ['vyos-2025.01.01-0018-rolling-generic-amd64.iso', 'hinge/vyos:2025.01.01-0018-rolling-generic-amd64'],
    ['vyos-rolling-latest.iso', 'hinge/vyos:rolling-latest'],
    ['my-router-v2.squashfs', 'hinge/my-router:2'],
    ['Router_3 (new).tar', 'hinge/router:3-new'],
    ['filesystem.squashfs', 'hinge/filesystem:latest'],
  ])('of %s is %s', (file, name) => {
    expect(nameText(imageNameOf(file))).toBe(name);
  });

  it('cannot be made of every file name', () => {
    expect(() => imageNameOf('日本-1.iso')).toThrow(/give one with --tag/);
  });

  it.each([
    ['hinge/vyos:1.4', { repository: 'hinge/vyos', tag: '1.4' }],
    ['vyos', { repository: 'vyos', tag: 'latest' }],
    ['registry.example:5000/a/b:c', { repository: 'registry.example:5000/a/b', tag: 'c' }],
    ['registry.example:5000/a', { repository: 'registry.example:5000/a', tag: 'latest' }],
  ])('%s is read as the engine reads it', (text, name) => {
    expect(parseImageName(text)).toEqual(name);
  });

  it.each(['upper/Case:1', 'a b', 'a:', 'a@sha256:00', ''])('"%s" is none', (text) => {
    expect(() => parseImageName(text)).toThrow(/expected the name of an image/);
  });
});
