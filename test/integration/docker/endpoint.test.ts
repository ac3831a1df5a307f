import { describe, expect, it } from 'vitest';
import { sshArguments } from '../../../src/adapters/docker/dial-stdio.ts';
import { EndpointError, parseEndpoints } from '../../../src/adapters/docker/endpoint.ts';

const addressOf = (url: string): unknown => parseEndpoints(`n=${url}`)[0]?.address;

describe('parseEndpoints', () => {
  it('reads a list, in order', () => {
    const text = ' node1=unix:///run/a.sock, node2=tcp://host:2375 ,,node3=ssh://me@host ';
    expect(parseEndpoints(text).map(({ node, url }) => [node, url])).toEqual([
      ['node1', 'unix:///run/a.sock'],
      ['node2', 'tcp://host:2375'],
      ['node3', 'ssh://me@host'],
    ]);
    expect(parseEndpoints('')).toEqual([]);
  });

  it.each([
    ['unix:///run/a b.sock', { scheme: 'unix', path: '/run/a b.sock' }],
    ['tcp://node2', { scheme: 'tcp', host: 'node2', port: 2376 }],
    ['tcp://192.0.2.1:2375/', { scheme: 'tcp', host: '192.0.2.1', port: 2375 }],
    ['tcp://[2001:db8::1]:2376', { scheme: 'tcp', host: '2001:db8::1', port: 2376 }],
    ['ssh://node3', { scheme: 'ssh', host: 'node3', user: undefined, port: undefined, socket: undefined }],
    [
      'ssh://me@node3:22/run/user/1/docker.sock',
      { scheme: 'ssh', host: 'node3', user: 'me', port: 22, socket: '/run/user/1/docker.sock' },
    ],
  ])('understands %s', (url, address) => {
    expect(addressOf(url)).toEqual(address);
  });

  it.each([
    ['no name', 'unix:///run/docker.sock', /does not begin with a node's name/],
    ['no URL', 'n=docker.sock', /is not a URL/],
    ['an unknown scheme', 'n=http://host', /none of unix:\/\/, tcp:\/\/ and ssh:\/\//],
    ['a relative path', 'n=unix://docker.sock', /no absolute path/],
    ['no host', 'n=tcp://', /no host/],
    ['a path where none belongs', 'n=tcp://host/path', /mean nothing/],
    ['a query', 'n=ssh://host?x=1', /mean nothing/],
    ['a host that ssh takes for an option', 'n=ssh://-oProxyCommand=reboot', /not a URL|no host/],
    ['a user that ssh takes for an option', 'n=ssh://-oProxyCommand%3Dreboot@host', /no user name/],
    ['a node twice', 'n=tcp://a,n=tcp://b', /node n is there twice/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseEndpoints(text)).toThrow(EndpointError);
    expect(() => parseEndpoints(text)).toThrow(message);
  });

  it('refuses a password and does not repeat it', () => {
    expect(() => parseEndpoints('n=ssh://me:hunter2@host')).toThrow(/password/);
    expect(() => parseEndpoints('n=ssh://me:hunter2@host')).not.toThrow(/hunter2/);
  });
});

describe('sshArguments', () => {
  const base = { scheme: 'ssh', host: 'h', user: undefined, port: undefined, socket: undefined } as const;

  it('leaves to ssh what the user left out', () => {
    expect(sshArguments(base).slice(-5)).toEqual(['--', 'h', 'docker', 'system', 'dial-stdio']);
    expect(sshArguments(base)).not.toContain('-l');
    expect(sshArguments(base)).not.toContain('-p');
  });

  it('names user, port and socket', () => {
    const words = sshArguments({ ...base, user: 'me', port: 2222, socket: "/run/it's docker.sock" }).join(
      ' ',
    );
    expect(words).toContain('-p 2222 -l me -- h docker');
    expect(words).toMatch(/docker --host 'unix:\/\/\/run\/it'\\''s docker\.sock' system dial-stdio$/);
  });
});
