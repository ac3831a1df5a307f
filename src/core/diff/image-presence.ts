import type { DesiredPull } from '../plan/desired-pull.ts';
import type { Wait } from './action.ts';

/** What is known of an image on a node. */
export type Sight = 'present' | 'absent' | 'unknown';

/** What became of pulling it there; undefined: not begun, or to be begun again. */
export type PullState =
  | { readonly type: 'pulling'; readonly progress: string }
  | { readonly type: 'pulled' }
  /** It is tried again later. */
  | { readonly type: 'failed'; readonly words: string };

/** A node that a container may be placed on. */
export interface ImageNode {
  readonly node: string;
  readonly sight: Sight;
  readonly pull: PullState | undefined;
}

/** What is to be done about an image before a container of it is made. */
export interface ImageVerdict {
  /** Nodes that are to pull it now. */
  readonly pull: readonly string[];
  /** Why no container is made yet; undefined: nothing is in the way. */
  readonly wait?: Wait;
}

/** What nothing is written about. */
export const USUAL_PULL: DesiredPull = { policy: 'IfNotPresent' };

/**
 * Whether a container may be made. It is held back while the image is being pulled, and when certainly no node that it may be placed on has it. If some
 * have it and others lack it, it is made: Swarm tries one node after the other. What cannot be read is not known to lack it.
 * @param nodes those that Swarm may place it on. `fresh`: it is a new container, for which `Always` asks the registry. `placed`: it is for a sandbox that is on
 * its node already.
 */
export function imageVerdict(
  image: string,
  { policy }: DesiredPull,
  nodes: readonly ImageNode[],
  { fresh, placed }: { readonly fresh: boolean; readonly placed: boolean },
): ImageVerdict {
  if (nodes.length === 0) return { pull: [] };
  const asks = fresh && policy === 'Always';
  const concerned =
    policy === 'Never'
      ? []
      : nodes.filter(({ sight }) => sight === 'absent' || (asks && sight === 'present'));
  const pull = concerned.filter((one) => one.pull === undefined).map(({ node }) => node);
  const pulling = concerned.flatMap(({ node, pull: state }) => {
    if (state === undefined) return [`${node}: beginning`];
    return state.type === 'pulling' ? [`${node}: ${state.progress}`] : [];
  });
  if (pulling.length > 0) {
    const message = `the image ${image} is being pulled (${pulling.join('; ')})`;
    return { pull, wait: { reason: 'Pulling', message } };
  }
  const failures = concerned.flatMap(({ node, pull: state }) =>
    state?.type === 'failed' ? [{ node, words: state.words }] : [],
  );
  const usable = nodes.some(
    ({ sight, pull: state }) =>
      sight === 'unknown' || (sight === 'present' && (!asks || state?.type === 'pulled')),
  );
  if (usable) return { pull };
  const words = grouped(failures);
  if (nodes.some(({ sight }) => sight === 'present')) {
    const message =
      `the image ${image} could not be pulled, and imagePullPolicy: Always wants the registry's (${words}); hinge tries again. ` +
      'imagePullPolicy: IfNotPresent takes the one that is there';
    return { pull, wait: { reason: 'PullFailed', message } };
  }
  return {
    pull,
    wait: { reason: 'ImageMissing', message: missingText(image, policy, { nodes, placed }, words) },
  };
}

function missingText(
  image: string,
  policy: DesiredPull['policy'],
  { nodes, placed }: { readonly nodes: readonly ImageNode[]; readonly placed: boolean },
  words: string,
): string {
  const where = nodes.map(({ node }) => node).join(', ');
  const failed = words === '' ? 'it went again after it was pulled' : `pulling it failed (${words})`;
  const tried = policy === 'Never' ? 'imagePullPolicy: Never keeps hinge from pulling it' : failed;
  const lacking = placed
    ? `its sandbox is on ${where}, which lacks the image ${image}; ${tried}. Keep the Router off that node (spec.placement), or b`
    : `no node that it may run on has the image ${image} (${where}), so nothing is started; ${tried}. B`;
  return (
    lacking +
    `ring it there: hinge image import FILE --tag ${image}, or on each node docker load or docker pull ${image}` +
    (policy === 'Never' ? '; or write imagePullPolicy: IfNotPresent' : '')
  );
}

/** `node1, node2: manifest unknown`: the same words once. */
function grouped(failures: readonly { readonly node: string; readonly words: string }[]): string {
  const byWords = new Map<string, string[]>();
  for (const { node, words } of failures) byWords.set(words, [...(byWords.get(words) ?? []), node]);
  return [...byWords].map(([words, nodes]) => `${nodes.join(', ')}: ${words}`).join('; ');
}
