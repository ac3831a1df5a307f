import { describe, expect, it } from 'vitest';
import { sightSegments } from '../../../src/controllers/segment-sighting.ts';
import { type Probe, probeOfConnection } from '../../../src/core/prove/probe.ts';
import { verdictOf } from '../../../src/core/prove/verdict.ts';
import { Bench } from '../core/plan/bench.ts';
import { connectionOf, ring } from '../core/plan/segmented.ts';

const probeWith = (match: object): Probe => {
  const { desired } = new Bench().put(...ring({ name: 'c', path: 'upper', match })).settle();
  const connection = connectionOf(desired, 'c');
  if (connection === undefined) throw new Error('no connection');
  return probeOfConnection(connection);
};

/** @param lost SIDs at which no packet arrives. @returns the verdict, and what was sent */
async function look(match: object, lost: (probe: Probe) => readonly string[], answered = true) {
  const probe = probeWith(match);
  const { flow } = probe;
  if (flow === undefined) throw new Error('no flow');
  const sent: string[] = [];
  const missing = new Set(lost(probe));
  const sids = [...probe.forward.hops.slice(1), ...probe.reverse.hops.slice(1)];
  const target = (name: string) => ({ node: 'node1', containerId: name });
  const seen = await sightSegments(
    probe,
    flow,
    {
      hosts: {
        echo: (_target, { from, to, dscp }) => {
          sent.push(`echo ${String(from)} ${to} ${String(dscp)}`);
          return Promise.resolve({
            sent: 10,
            answered: answered ? 10 : 0,
            rttMs: answered ? 1.5 : undefined,
          });
        },
        spend: (_target, { protocol, fromPort, toPort }) => {
          sent.push(`${protocol} ${String(fromPort)} ${String(toPort)}`);
          return Promise.resolve();
        },
      },
      segments: {
        counts: ({ containerId }) => {
          const own = sids.filter(({ router }) => router === containerId);
          return Promise.resolve(
            new Map(own.map(({ address }) => [address, sent.length > 0 && !missing.has(address) ? 8 : 5])),
          );
        },
      },
    },
    { forward: target('a'), reverse: target('b'), routerOf: target },
    0,
  );
  const verdict = verdictOf(probe, { ...seen, at: '', asPath: undefined }, (address) => address);
  return { sent, verdict, seen };
}

const sidAt = (way: 'forward' | 'reverse', index: number) => (probe: Probe) => [
  probe[way].hops[index]?.address ?? '',
];

describe('what is seen of a connection over SRv6', () => {
  it('proves it when every SID has counted its packets', async () => {
    const { sent, verdict, seen } = await look({ dscp: 46 }, () => []);
    expect(sent).toEqual(['echo 10.204.0.3 10.204.1.3 46']);
    expect(verdict).toMatchObject({ proven: true, reason: 'Proven' });
    expect(seen.forward.hops.at(-1)).toEqual({ ttl: 4, address: '10.204.1.3', rttMs: 1.5 });
  });

  it('sends packets of its protocol and port, both ways', async () => {
    const { sent, verdict } = await look({ protocol: 'tcp', ports: ['80-90'] }, () => []);
    expect(sent).toEqual(['tcp undefined 80', 'tcp 80 undefined']);
    expect(verdict.proven).toBe(true);
  });

  it('names the router that they do not reach', async () => {
    const { verdict } = await look(
      {},
      (probe) => probe.forward.hops.slice(1).map(({ address }) => address),
      false,
    );
    expect(verdict).toMatchObject({ proven: false, reason: 'Unreachable' });
    expect(verdict.message).toMatch(/^forward: hop 2 of 4 .* end before it/);
    const back = await look({}, sidAt('reverse', 1), false);
    expect(back.verdict.message).toMatch(/^reverse: hop 2 of 4/);
    const there = await look({ protocol: 'udp' }, sidAt('forward', 2));
    expect(there.verdict.message).toMatch(/^forward: hop 3 of 4 .* end before it/);
  });

  it('does not take packets that arrive by another way for its own', async () => {
    const { verdict } = await look({}, (probe) =>
      [...probe.forward.hops, ...probe.reverse.hops].map(({ address }) => address),
    );
    expect(verdict).toMatchObject({ proven: false, reason: 'OtherPath' });
    expect(verdict.message).toMatch(/hop 2 of 4 .* but was 10\.204\.1\.3/);
  });
});
