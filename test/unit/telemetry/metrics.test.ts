import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMetrics, type MetricsRegistry } from '../../../src/telemetry/metrics.ts';

let registry: MetricsRegistry;
beforeEach(() => {
  registry = createMetrics({ process: false });
});

const series = async (name: string): Promise<string[]> =>
  (await registry.text()).split('\n').filter((line) => line.startsWith(name));

const names = async (from = registry): Promise<string[]> =>
  [...(await from.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(
    (match) => `${match[1] ?? ''} ${match[2] ?? ''}`,
  );

describe('createMetrics', () => {
  it('shows every metric that the documentation names, with its type', async () => {
    expect(await names()).toEqual(
      expect.arrayContaining([
        'workqueue_depth gauge',
        'workqueue_adds_total counter',
        'workqueue_queue_duration_seconds histogram',
        'workqueue_work_duration_seconds histogram',
        'workqueue_retries_total counter',
        'workqueue_unfinished_work_seconds gauge',
        'workqueue_longest_running_processor_seconds gauge',
        'controller_runtime_reconcile_total counter',
        'controller_runtime_reconcile_errors_total counter',
        'controller_runtime_reconcile_time_seconds histogram',
        'controller_runtime_max_concurrent_reconciles gauge',
        'controller_runtime_active_workers gauge',
        'hinge_leader gauge',
        'hinge_frozen gauge',
        'hinge_deletions_held gauge',
        'hinge_objects gauge',
        'hinge_bgp_sessions gauge',
        'hinge_bgp_prefixes_received gauge',
        'hinge_converge_seconds histogram',
        'hinge_docker_requests_total counter',
        'hinge_docker_request_duration_seconds histogram',
        'hinge_etcd_requests_total counter',
        'hinge_actions_total counter',
        'hinge_path_proven gauge',
        'hinge_rtt_seconds gauge',
        'hinge_repairs_total counter',
      ]),
    );
  });

  it('has no metric of its own that the documentation leaves out, nor the other way round', async () => {
    const documented = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
    const ours = (text: string): string[] => [...new Set(text.match(/\bhinge_[a-z_]+/g))].sort();
    const shown = (await names())
      .map((line) => line.split(' ')[0] ?? '')
      .filter((name) => name.startsWith('hinge_'));
    expect(ours(documented)).toEqual(shown.sort());
  });

  it('keeps registries apart and adds the process to one that wants it', async () => {
    const other = createMetrics();
    registry.metrics.leader.set({}, 1);
    expect(await names(other)).toEqual(expect.arrayContaining(['process_cpu_seconds_total counter']));
    expect(await names()).not.toEqual(expect.arrayContaining(['process_cpu_seconds_total counter']));
    expect(await other.text()).not.toMatch(/^hinge_leader 1/m);
  });

  it('sets, counts and observes', async () => {
    const { metrics } = registry;
    metrics.leader.set({}, 1);
    metrics.actions.increment({ type: 'connect', outcome: 'ok' });
    metrics.actions.increment({ type: 'connect', outcome: 'ok' }, 2);
    metrics.converge.observe({ kind: 'Path' }, 12);
    expect(await series('hinge_leader')).toEqual(['hinge_leader 1']);
    expect(await series('hinge_actions_total')).toEqual([
      'hinge_actions_total{type="connect",outcome="ok"} 3',
    ]);
    expect(await series('hinge_converge_seconds_bucket{le="10"')).toEqual([
      'hinge_converge_seconds_bucket{le="10",kind="Path"} 0',
    ]);
    expect(await series('hinge_converge_seconds_sum')).toEqual([
      'hinge_converge_seconds_sum{kind="Path"} 12',
    ]);
  });

  it('forgets all series of what is gone, by the labels that are given', async () => {
    const { bgpPrefixesReceived, converge, actions } = registry.metrics;
    for (const peer of ['b', 'c']) bgpPrefixesReceived.set({ router: 'a', peer }, 5);
    bgpPrefixesReceived.set({ router: 'b', peer: 'a' }, 7);
    bgpPrefixesReceived.forget({ router: 'a' });
    expect(await series('hinge_bgp_prefixes_received')).toEqual([
      'hinge_bgp_prefixes_received{router="b",peer="a"} 7',
    ]);
    converge.observe({ kind: 'Path' }, 1);
    converge.forget({});
    expect(await series('hinge_converge_seconds')).toEqual([]);
    actions.increment({ type: 'connect', outcome: 'ok' }, 3);
    actions.forget({ outcome: 'ok' });
    actions.increment({ type: 'connect', outcome: 'ok' });
    expect(await series('hinge_actions_total')).toEqual([
      'hinge_actions_total{type="connect",outcome="ok"} 1',
    ]);
  });

  it('replaces the series of a scope and leaves others alone', async () => {
    const { bgpSessions } = registry.metrics;
    bgpSessions.set({ router: 'b', state: 'Established' }, 2);
    bgpSessions.replace({ router: 'a' }, [
      { labels: { router: 'a', state: 'Active' }, value: 1 },
      { labels: { router: 'a', state: 'Established' }, value: 1 },
    ]);
    bgpSessions.replace({ router: 'a' }, [{ labels: { router: 'a', state: 'Established' }, value: 2 }]);
    expect(await series('hinge_bgp_sessions')).toEqual([
      'hinge_bgp_sessions{router="b",state="Established"} 2',
      'hinge_bgp_sessions{router="a",state="Established"} 2',
    ]);
  });

  it('asks for a tracked value when somebody looks, until it is released; a later tracker takes over', async () => {
    const { depth } = registry.metrics.workqueue;
    let value = 3;
    const release = depth.track({ name: 'router' }, () => value);
    expect(await series('workqueue_depth')).toEqual(['workqueue_depth{name="router"} 3']);
    value = 4;
    expect(await series('workqueue_depth')).toEqual(['workqueue_depth{name="router"} 4']);
    const releaseNext = depth.track({ name: 'router' }, () => 9);
    release();
    expect(await series('workqueue_depth')).toEqual(['workqueue_depth{name="router"} 9']);
    releaseNext();
    expect(await series('workqueue_depth')).toEqual([]);
  });
});
