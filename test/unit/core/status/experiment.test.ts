import { describe, expect, it } from 'vitest';
import {
  experimentBody,
  type ExperimentFacts,
  experimentFindings,
  type HostFacts,
} from '../../../../src/core/status/experiment.ts';
import { found } from '../../../../src/core/status/conditions.ts';

const HOST: HostFacts = { placed: undefined, notRunning: undefined, unwired: undefined };

const connected = (hosts: Readonly<Record<string, HostFacts>>): unknown => {
  const facts: ExperimentFacts = {
    valid: found('Valid', 'Valid', ''),
    experiment: { name: 'x', suspended: false, hosts: [], connections: [] },
    hosts: new Map(Object.entries(hosts)),
    connections: new Map(),
  };
  return experimentFindings(facts).find(({ type }) => type === 'Connected');
};

describe('Connected', () => {
  const message = 'the kernel of node2 has no vxlan: host/x/b cannot be on a LAN there';
  const lacking: HostFacts = { ...HOST, offLan: { reason: 'KernelLacksVxlan', message } };

  it('is True when every host is wired and on its LANs', () => {
    expect(connected({ a: HOST })).toMatchObject({ status: 'True' });
  });

  it('says which host cannot be on a LAN, and why', () => {
    expect(connected({ a: HOST, b: lacking })).toMatchObject({
      status: 'False',
      reason: 'KernelLacksVxlan',
      message: `b: ${message}`,
    });
  });

  it('says first what is missing until hosts are wired', () => {
    expect(connected({ a: { ...HOST, unwired: 'being plugged in' }, b: lacking })).toMatchObject({
      status: 'False',
      reason: 'Wiring',
      message: 'a: being plugged in',
    });
  });
});

it('keeps what was lost until it is measured again, on the same Path', () => {
  const end = { workload: 'host/x/a', router: 'r', address: '', host: '', edge: '', subnet: '' };
  const ways = { forward: [], reverse: [], asPath: [] };
  const connection = { name: 'ab', path: 'p', layer: 3, from: end, to: end, ...ways } as const;
  const lossIn = (path: string, lossPercent?: number): unknown =>
    experimentBody(
      {
        valid: found('Valid', 'Valid', ''),
        experiment: { name: 'x', suspended: false, hosts: [], connections: [{ ...connection, path }] },
        hosts: new Map(),
        connections: new Map([
          [
            'ab',
            {
              ...{ verdict: undefined, proof: undefined, probeFailure: undefined, rttMs: undefined },
              ...(lossPercent !== undefined && { lossPercent }),
            },
          ],
        ]),
      },
      {
        observedGeneration: 1,
        conditions: [],
        connections: [{ name: 'ab', layer: 3, path: 'p', lossPercent: 20 }],
      },
    ).connections?.[0]?.lossPercent;
  expect([lossIn('p'), lossIn('p', 0), lossIn('q')]).toEqual([20, 0, undefined]);
});
