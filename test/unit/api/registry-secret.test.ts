import { describe, expect, it } from 'vitest';
import { registryCredentials, registryOf } from '../../../src/api/registry-secret.ts';

const IMAGE = 'registry.example:5000/net/router:1';
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const json = (value: unknown): string => JSON.stringify(value);

describe('the registry of an image', () => {
  it.each([
    ['frr', 'docker.io'],
    ['hinge/host:1', 'docker.io'],
    [IMAGE, 'registry.example:5000'],
    ['localhost/x', 'localhost'],
    ['ghcr.io/a/b@sha256:00', 'ghcr.io'],
  ])('%s: %s', (image, registry) => {
    expect(registryOf(image)).toBe(registry);
  });
});

describe('a secret for a registry', () => {
  const alice = { username: 'alice', password: 'pä:ss', server: 'registry.example:5000' };

  it.each([
    ['a user for any registry', json({ username: 'alice', password: 'pä:ss' })],
    ['a user for this one', json(alice)],
    ['as a URL', json({ ...alice, server: 'https://registry.example:5000/v2/' })],
    [
      "Docker's file",
      json({
        auths: {
          'other.example': { auth: 'eDp5' },
          'registry.example:5000': { auth: base64('alice:pä:ss') },
        },
      }),
    ],
    [
      'dockerconfigjson',
      json({ auths: { 'https://registry.example:5000/v1/': { username: 'alice', password: 'pä:ss' } } }),
    ],
  ])('%s', (_, value) => {
    expect(registryCredentials(value, IMAGE)).toEqual(alice);
  });

  it("knows Docker Hub by the name that Docker's files have for it", () => {
    const value = json({ auths: { 'https://index.docker.io/v1/': { auth: base64('bob:word') } } });
    expect(registryCredentials(value, 'frr:10')).toEqual({
      username: 'bob',
      password: 'word',
      server: 'docker.io',
    });
  });

  it.each([
    ['no JSON', 'hunter2', /expected JSON/],
    [
      'another registry',
      json({ username: 'a', password: 'hunter2', server: 'x.example' }),
      /for the registry x.example/,
    ],
    [
      'no entry',
      json({ auths: { 'x.example': { auth: base64('a:hunter2') } } }),
      /no entry for the registry/,
    ],
    ['an entry of a helper', json({ auths: { 'registry.example:5000': {} } }), /neither "auth"/],
    ['no base64', json({ auths: { 'registry.example:5000': { auth: '%hunter2' } } }), /neither "auth"/],
  ])('that cannot be used says why, and nothing of its value: %s', (_, value, message) => {
    const found = registryCredentials(value, IMAGE);
    expect(found).toHaveProperty('unusable');
    expect(json(found)).not.toContain('hunter2');
    expect('unusable' in found ? found.unusable : '').toMatch(message);
  });
});
