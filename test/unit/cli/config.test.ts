import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/cli/config.ts';
import { CliError } from '../../../src/cli/exit.ts';
import { type SettingName, SETTINGS } from '../../../src/cli/setting-names.ts';
import { DEFAULT_SETTINGS } from '../../../src/core/plan/settings.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'hinge-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string): string {
  const whole = path.join(directory, name);
  writeFileSync(whole, content);
  return whole;
}

/** What readSettings throws, line by line. */
function problems(environment: Record<string, string>, flags: Record<string, string> = {}): string[] {
  try {
    readSettings(flags, environment);
  } catch (error) {
    expect(error).toBeInstanceOf(CliError);
    expect((error as CliError).exitCode).toBe(2);
    return (error as CliError).message.split('\n');
  }
  return [];
}

describe('readSettings', () => {
  it('has defaults for all that can have one, and the same pools as the plan', () => {
    const settings = readSettings({}, {});
    expect(settings).toMatchObject({
      prefix: '/hinge',
      etcd: { endpoints: ['127.0.0.1:2379'] },
      docker: { nodes: undefined, tls: undefined },
      listen: { type: 'tcp', host: '127.0.0.1', port: 9464 },
      leaseTtlSeconds: 10,
      resyncMs: 20_000,
      concurrency: 8,
      eventTtlSeconds: 3_600,
      log: { level: undefined, format: 'json' },
      helperImage: 'hinge/helper:1',
    });
    const images = {
      routerFrr: 'hinge/router-frr:1',
      routerBird: 'hinge/router-bird:1',
      routerVyos: 'hinge/vyos:1.4',
      host: 'hinge/host:1',
      pause: 'hinge/pause:1',
    };
    expect(settings.plan).toEqual({ ...DEFAULT_SETTINGS, images });
    expect(settings.etcd).toEqual({ endpoints: ['127.0.0.1:2379'] });
  });

  it('reads every variable', () => {
    const pem = file('pem', 'PEM\n');
    const settings = readSettings(
      {},
      {
        HINGE_ETCD_ENDPOINTS: 'https://a:2379, b',
        HINGE_PREFIX: '/lab/two/',
        HINGE_ETCD_CA: pem,
        HINGE_ETCD_CERT: pem,
        HINGE_ETCD_KEY: pem,
        HINGE_ETCD_USERNAME: 'hinge',
        HINGE_ETCD_PASSWORD_FILE: file('password', 's3cret\n'),
        HINGE_NODES: 'n1=unix:///x.sock',
        HINGE_DOCKER_CA: pem,
        HINGE_DOCKER_CERT: pem,
        HINGE_DOCKER_KEY: pem,
        HINGE_LISTEN: 'unix:///run/hinge.sock',
        HINGE_LOG_LEVEL: 'debug',
        HINGE_LOG_FORMAT: 'pretty',
        HINGE_LEASE_TTL: '2500ms',
        HINGE_RESYNC: '1.5m',
        HINGE_PROOF_INTERVAL: '30s',
        HINGE_CONCURRENCY: '3',
        HINGE_EVENT_TTL: '2h',
        HINGE_DELETION_GUARD: '12.5%',
        HINGE_POOL_LINKS: '10.0.0.0/16:28',
        HINGE_POOL_ACCESS: '10.1.0.0/16:24',
        HINGE_POOL_LOOPBACKS: '10.2.0.0/24',
        HINGE_POOL_ASNS: '64512-65534',
        HINGE_POOL_LOCATORS: 'fd00:700::/40',
        HINGE_POOL_VNIS: '5000-6000',
        HINGE_MANAGEMENT_SUBNET: '10.3.0.0/16',
        HINGE_IMAGE_ROUTER_FRR: 'a:1',
        HINGE_IMAGE_ROUTER_BIRD: 'd:1',
        HINGE_IMAGE_ROUTER_VYOS: 'f:1',
        HINGE_IMAGE_HOST: 'b:1',
        HINGE_IMAGE_PAUSE: 'e:1',
        HINGE_IMAGE_HELPER: 'c:1',
      },
    );
    const tls = { ca: 'PEM\n', cert: 'PEM\n', key: 'PEM\n' };
    expect(settings).toEqual({
      prefix: '/lab/two',
      etcd: { endpoints: ['https://a:2379', 'b'], tls, auth: { username: 'hinge', password: 's3cret' } },
      docker: { nodes: 'n1=unix:///x.sock', tls },
      listen: { type: 'unix', path: '/run/hinge.sock' },
      log: { level: 'debug', format: 'pretty' },
      leaseTtlSeconds: 3,
      resyncMs: 90_000,
      proofIntervalMs: 30_000,
      concurrency: 3,
      eventTtlSeconds: 7_200,
      deletionShare: 0.125,
      plan: {
        links: { range: '10.0.0.0/16', length: 28 },
        access: { range: '10.1.0.0/16', length: 24 },
        loopbacks: '10.2.0.0/24',
        asns: { first: 64512, last: 65534 },
        locators: 'fd00:700::/40',
        vnis: { first: 5000, last: 6000 },
        management: '10.3.0.0/16',
        images: { routerFrr: 'a:1', routerBird: 'd:1', routerVyos: 'f:1', host: 'b:1', pause: 'e:1' },
      },
      helperImage: 'c:1',
    });
  });

  it('guards deletions unless that is switched off', () => {
    expect(readSettings({}, {}).deletionShare).toBe(0.2);
    expect(readSettings({}, { HINGE_DELETION_GUARD: 'off' }).deletionShare).toBeUndefined();
  });

  it('lets a flag win over its variable, and an empty variable count as unset', () => {
    expect(readSettings({ prefix: '/flag' }, { HINGE_PREFIX: '/variable' }).prefix).toBe('/flag');
    expect(readSettings({}, { HINGE_PREFIX: '' }).prefix).toBe('/hinge');
  });

  it.each([
    ['HINGE_PREFIX', 'hinge', 'a path such as /hinge or /lab/two'],
    ['HINGE_ETCD_ENDPOINTS', 'a b', 'host:port or https://host:port, comma-separated ("a b" is neither)'],
    ['HINGE_ETCD_CA', '/nowhere/ca.pem', 'a file that can be read (ENOENT)'],
    ['HINGE_LISTEN', '9464', 'host:port such as 127.0.0.1:9464, or a socket such as unix:///run/hinge.sock'],
    ['HINGE_LOG_LEVEL', 'loud', 'debug, info, warn, error, silent'],
    ['HINGE_LEASE_TTL', '1s', 'a duration of 2s to 3600s such as 10s'],
    ['HINGE_RESYNC', 'often', 'a duration of 1s to 86400s such as 20s'],
    ['HINGE_CONCURRENCY', '0', 'a whole number from 1 to 256'],
    ['HINGE_DELETION_GUARD', '20', 'a share of 0% to 100% such as 20%, or off'],
    ['HINGE_DELETION_GUARD', '101%', 'a share of 0% to 100% such as 20%, or off'],
    [
      'HINGE_POOL_LINKS',
      '10.0.0.0/16',
      'a range and a prefix length of 16 to 28 within it, such as 10.200.0.0/14:27',
    ],
    [
      'HINGE_POOL_LINKS',
      '10.0.0.0/20:16',
      'a range and a prefix length of 16 to 28 within it, such as 10.200.0.0/14:27',
    ],
    ['HINGE_POOL_LOOPBACKS', '10.255.0.1/16', 'a range such as 10.255.0.0/16, with no host bits set'],
    [
      'HINGE_MANAGEMENT_SUBNET',
      '10.254.0.0/29',
      'a subnet of /16 to /28 such as 10.254.0.0/16, with no host bits set',
    ],
    ['HINGE_POOL_VNIS', '1-8388608', 'FIRST-LAST such as 1000000-1999999'],
    ['HINGE_POOL_ASNS', '9-1', 'FIRST-LAST such as 4200000000-4294967294'],
    [
      'HINGE_POOL_LOCATORS',
      '5f00:1::/24',
      'an IPv6 range of /16 to /47 such as 5f00::/32, with no host bits set',
    ],
    [
      'HINGE_POOL_LOCATORS',
      '10.0.0.0/16',
      'an IPv6 range of /16 to /47 such as 5f00::/32, with no host bits set',
    ],
    ['HINGE_IMAGE_HOST', 'a b', 'an image such as hinge/router-frr:1'],
  ])('names the variable: %s=%s', (variable, value, expected) => {
    expect(problems({ [variable]: value })).toEqual([`${variable}: expected ${expected}, got "${value}"`]);
  });

  it('names the flag when that is what was given, and all problems at once', () => {
    expect(problems({ HINGE_CONCURRENCY: 'x' }, { prefix: 'y' })).toEqual([
      '--prefix: expected a path such as /hinge or /lab/two, got "y"',
      'HINGE_CONCURRENCY: expected a whole number from 1 to 256, got "x"',
    ]);
  });

  it.each([
    [{ HINGE_ETCD_USERNAME: 'u' }, 'HINGE_ETCD_USERNAME is set, but HINGE_ETCD_PASSWORD_FILE is not'],
    [{ HINGE_ETCD_PASSWORD: 'p' }, 'HINGE_ETCD_PASSWORD is set, but HINGE_ETCD_USERNAME is not'],
    [{ HINGE_ETCD_CERT: '/dev/null' }, 'HINGE_ETCD_CERT is set, but HINGE_ETCD_KEY is not'],
    [{ HINGE_DOCKER_KEY: '/dev/null' }, 'HINGE_DOCKER_KEY is set, but HINGE_DOCKER_CA is not'],
  ])('refuses half of what belongs together: %j', (environment, message) => {
    expect(problems(environment)).toEqual([`${message}: they only work together`]);
  });

  it('refuses ranges that overlap: addresses of one would be given out by the other', () => {
    expect(
      problems({ HINGE_POOL_ACCESS: '10.200.0.0/16:24', HINGE_MANAGEMENT_SUBNET: '10.255.255.0/24' }),
    ).toEqual([
      'HINGE_POOL_LINKS (10.200.0.0/14) and HINGE_POOL_ACCESS (10.200.0.0/16) overlap: each needs a range of its own',
      'HINGE_POOL_LOOPBACKS (10.255.0.0/16) and HINGE_MANAGEMENT_SUBNET (10.255.255.0/24) overlap: each needs a range of its own',
    ]);
  });

  it('has no flag for a secret', () => {
    const flags = Object.values(SETTINGS).map((setting: SettingName) => setting.flag ?? '');
    expect(flags.filter((flag) => /password(?!-file)/.test(flag))).toEqual([]);
  });
});
