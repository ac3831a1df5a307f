import { NOTHING } from '../core/diff/action.ts';
import { attachmentOf } from '../core/diff/attachment.ts';
import { isLeaving } from '../core/diff/rolling.ts';
import { rivalOf } from '../core/diff/rival.ts';
import { DockerError, RouterRefusal } from '../core/failure.ts';
import { diffWorkload } from '../core/diff/workload.ts';
import { reasonOf } from '../core/status/conditions.ts';
import { routerBody, type RouterFacts, routerFindings } from '../core/status/router.ts';
import type { Reconcile } from '../runtime/controller.ts';
import { isPlugging, untilPlugged } from './boot.ts';
import { settleRouter } from './configure.ts';
import { applyUnit } from './apply-unit.ts';
import { giveTurn, takeTurn } from './replace.ts';
import type { Context } from './context.ts';
import { whyNotInside, whyNotRunning } from './not-running.ts';
import { keepSegments } from './keep-segments.ts';
import { Lasting } from './lasting.ts';
import { publish } from './publish.ts';
import { routerTarget } from './router-target.ts';
import { recordSessions } from './session-metrics.ts';
import { bridgeHosts } from './bridge-hosts.ts';
import { shapeLinks } from './shape-links.ts';

/** A router that is not Ready is looked at again after this many ms; Docker's part is noticed by the sweep, arriving packets by the proof. */
const SETTLING_MS = 5_000;

/** A router whose container was replaced, or waits for its links, is looked at again after this many ms: others wait for it. */
const RETURNING_MS = 1_000;

/** Keeps one Router: its service, its configuration, and what its status says of its sessions. */
export function routerReconciler(context: Context): Reconcile {
  const { testbed, observation, routerStates, rollout, statuses, clock, resyncMs } = context;
  const wiredFor = new Lasting(clock);
  const standingFor = new Lasting(clock);
  return async (name, { signal, logger }) => {
    const ref = { kind: 'Router', name } as const;
    const key = `router/${name}`;
    const workload = testbed.desired.workloads.get(key);
    const index = observation.latest;
    const sandbox = index.sandbox(key)?.container.id;
    const sandboxMs = standingFor.ms(name, sandbox !== undefined, sandbox);
    const plan = testbed.isFrozen(ref)
      ? NOTHING
      : untilPlugged(key, diffWorkload(key, workload, index), { testbed, index, sandboxMs });
    const { diff: possible, wait: held } = await context.images.placing(key, workload, plan, index);
    const { diff, turn } = await takeTurn(context, name, possible);
    const failed = await applyUnit(context, `workload ${key}`, diff, { signal, logger }).then(
      () => undefined,
      (error: unknown) => {
        // What an engine says of a container in a sandbox nobody else could tell; of services Swarm can.
        const told = [DockerError, AggregateError, RouterRefusal].some((kind) => error instanceof kind);
        if (workload?.container === undefined || !told || !(error instanceof Error)) throw error;
        return error;
      },
    );

    const task = workload === undefined ? undefined : index.current(key);
    const placed = workload === undefined ? undefined : index.inside(key);
    const setup = workload?.setup.type === 'router' ? workload.setup : undefined;
    const target = placed === undefined ? undefined : routerTarget(placed);
    const before = target === undefined ? undefined : routerStates.get(name, target.containerId);
    const endpoints = testbed.desired.networksOf(key).map((network) => {
      const address = network.endpoints.find((endpoint) => endpoint.workload === key)?.address ?? '';
      return {
        network: network.key,
        address,
        attached: attachmentOf(network, key, index) !== undefined,
        failure: context.networkFailures.get(network.key),
        rival: rivalOf(network, address, index),
      };
    });
    // Who comes back after a replacement is whole without those that are down: they cannot be plugged in, and that is not its fault.
    const replacing = rollout.of(name) !== undefined;
    const wired = testbed.desired
      .networksOf(key)
      .every((network) =>
        network.endpoints.every(
          (end) =>
            attachmentOf(network, end.workload, index) !== undefined ||
            (replacing && index.isDown(end.workload)),
        ),
      );
    const wiredMs = wiredFor.ms(name, target !== undefined && wired);
    // One of another platform is about to be replaced, and reads no configuration of this one.
    const leaving = isLeaving(rollout.of(name), target?.containerId) || target?.platform !== setup?.platform;
    const settled =
      setup === undefined || target === undefined || leaving
        ? undefined
        : await settleRouter(context, name, setup, { ...target, wiredMs }, logger);
    if (target === undefined) {
      routerStates.forget(name);
      context.doctor.discharge(name);
      context.shaper.forget(name);
      context.keeper.forget(name);
      context.lans.forget(key);
    }
    if (setup !== undefined && target !== undefined && !testbed.isFrozen(ref)) {
      const looked = { ...target, state: settled?.state, before };
      await shapeLinks(context, name, setup, looked, logger);
      await keepSegments(context, name, setup, looked, logger);
      await bridgeHosts(context, name, setup, looked, logger);
    }
    const diagnoses =
      setup === undefined || target === undefined || settled?.state?.ready !== true
        ? []
        : await context.doctor.examine(name, setup.sessions, { target, state: settled.state }, logger);

    const down = workload !== undefined && placed === undefined;
    giveTurn(context, name, setup, { plan, container: target?.containerId, wired, state: settled?.state });
    const facts: RouterFacts = {
      valid: testbed.valid(ref),
      workload,
      task,
      placed,
      notRunning: down
        ? (whyNotInside(task, diff, failed) ??
          (await whyNotRunning(
            workload,
            diff,
            index,
            context,
            reasonOf(statuses.conditions(ref), 'Running'),
          )))
        : undefined,
      endpoints,
      state: settled?.state,
      failure: settled?.failure,
      diagnoses,
      held,
      turn,
      replacement: rollout.of(name),
    };
    recordSessions(context, name, settled?.state, before);
    const ready = await publish(
      context,
      ref,
      routerFindings(facts),
      routerBody(facts, statuses.get(ref), clock.now()),
    );
    if (failed !== undefined) throw failed;
    if (workload === undefined) return {};
    if (isPlugging(plan)) return { requeueAfterMs: RETURNING_MS };
    const patient = ready || turn !== undefined || !wired || settled?.failure !== undefined;
    const settlingMs = rollout.of(name) === undefined ? SETTLING_MS : RETURNING_MS;
    const againMs = patient ? resyncMs : settlingMs;
    return { requeueAfterMs: Math.min(settled?.dueMs ?? againMs, againMs) };
  };
}
