import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseDockerfile } from '../../deploy/images/dockerfile.ts';

const REAL = readFileSync(join(import.meta.dirname, '../../deploy/images/helper/Dockerfile'), 'utf8');

it('reads what a real Dockerfile says', () => {
  const { config, copiesFiles } = parseDockerfile(`${REAL}\nENV A=1 B="two words"\n`, 'Dockerfile');
  expect(copiesFiles).toBe(true);
  expect(config).toMatchObject({
    Cmd: ['sleep', 'infinity'],
    StopSignal: 'SIGKILL',
    Labels: { 'org.opencontainers.image.title': 'hinge/helper', 'org.opencontainers.image.version': '1' },
  });
  expect(config.Env).toEqual([expect.stringMatching(/^PATH=/), 'A=1', 'B=two words']);
});

it.each([
  ['an instruction that it cannot follow', `${REAL}RUN echo hello\n`, /Dockerfile:\d+: .*"RUN echo hello"/],
  [
    'another source of packages',
    REAL.replace('apt-get update', 'apt-get -q update'),
    /does not know "RUN apt-get -q/,
  ],
  [
    'another base',
    REAL.replace('bookworm-slim', 'trixie-slim'),
    /does not know "ARG BASE=debian:trixie-slim"/,
  ],
  ['a missing line', REAL.replace(/^COPY packages.*$/m, ''), /"COPY packages.txt .*" is missing/],
  ['a command for a shell', `${REAL}CMD sleep 5\n`, /JSON/],
])('refuses %s', (_, text, message) => {
  expect(() => parseDockerfile(text, 'Dockerfile')).toThrow(message);
});
