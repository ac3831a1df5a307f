import type { RouterState } from '../core/diff/observed-router.ts';
import type { Context } from './context.ts';

/** Shows a router's sessions in metrics, and tells those who depend on them when one came up or went down. */
export function recordSessions(
  context: Context,
  router: string,
  state: RouterState | undefined,
  before: RouterState | undefined,
): void {
  const { metrics, testbed, enqueue } = context;
  const sessions = state?.sessions ?? [];
  const counts = new Map<string, number>();
  for (const session of sessions) counts.set(session.state, (counts.get(session.state) ?? 0) + 1);
  metrics.bgpSessions.replace(
    { router },
    [...counts].map(([name, value]) => ({ labels: { router, state: name }, value })),
  );
  metrics.bgpPrefixesReceived.replace(
    { router },
    sessions.map(({ address, prefixesReceived }) => ({
      labels: { router, peer: address },
      value: prefixesReceived,
    })),
  );
  // Who could not be read says nothing new; those told would ask it again at once.
  if (state === undefined || upPeers(before) === upPeers(state)) return;
  for (const path of testbed.desired.pathsOf(router)) {
    enqueue('path', path);
    for (const experiment of testbed.desired.experimentsOf(path)) enqueue('experiment', experiment);
  }
}

const upPeers = (state: RouterState | undefined): string =>
  (state?.sessions ?? [])
    .filter((session) => session.state === 'Established')
    .map((session) => session.address)
    .join();
