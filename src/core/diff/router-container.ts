import type { DesiredContainer } from '../plan/desired.ts';
import { SANDBOX_LABEL } from '../plan/labels.ts';
import type { RouterAction, UnitDiff, Wait } from './action.ts';
import { changedContainer } from './made-from.ts';
import type { ObservedIndex, PlacedContainer } from './observed-index.ts';

/**
 * What a router's own container needs. It lives and dies with its sandbox: whatever stands in another one than the current is removed.
 * @param desired undefined: none is wanted. `leaving`: its sandbox is about to be replaced; `updating`: Swarm is at it.
 */
export function diffRouterContainer(
  key: string,
  desired: DesiredContainer | undefined,
  { leaving, updating }: { readonly leaving: boolean; readonly updating: boolean },
  index: ObservedIndex,
): UnitDiff {
  const own = index.routers(key);
  const sandbox = desired === undefined ? undefined : index.sandbox(key);
  if (desired === undefined || sandbox === undefined)
    return { sequences: own.map((placed) => [removal(placed)]), waits: [] };
  const router = own.find((placed) => isIn(placed, sandbox));
  const strays = own.filter((placed) => placed !== router);
  const elsewhere = strays.filter(({ node }) => node !== sandbox.node).map((placed) => [removal(placed)]);
  // They may have its name.
  const here = strays.filter(({ node }) => node === sandbox.node).map((placed) => removal(placed));
  const { actions, waits } =
    router === undefined
      ? updating
        ? { actions: [], waits: [] }
        : creation(desired, sandbox, nameHolder(desired.name, sandbox.node, own, index))
      : { actions: upkeep(desired, router, sandbox, leaving), waits: [] };
  const sequence = [...here, ...actions];
  return { sequences: sequence.length === 0 ? elsewhere : [...elsewhere, sequence], waits };
}

const create = (container: DesiredContainer, sandbox: PlacedContainer): RouterAction => ({
  ...{ type: 'create-router', node: sandbox.node, sandbox: sandbox.container.id, container },
});

function creation(
  container: DesiredContainer,
  sandbox: PlacedContainer,
  holder: string | undefined,
): { readonly actions: readonly RouterAction[]; readonly waits: readonly Wait[] } {
  if (holder === undefined) return { actions: [create(container, sandbox)], waits: [] };
  const { name } = container;
  const { node } = sandbox;
  const message = `a container ${name}, ${holder}, is on ${node}: rename or remove it, or keep this Router off ${node} (spec.placement)`;
  return { actions: [], waits: [{ reason: 'NameTaken', message }] };
}

function upkeep(
  container: DesiredContainer,
  router: PlacedContainer,
  sandbox: PlacedContainer,
  leaving: boolean,
): readonly RouterAction[] {
  const fields = changedContainer(container, router.container);
  // Its sandbox takes it along in a moment.
  if (fields.length > 0 && leaving) return [];
  if (fields.length > 0) return [{ ...removal(router), fields }, create(container, sandbox)];
  const { id, name, running } = router.container;
  if (running) return [];
  // What was created, and not started yet, may still lack what it boots from.
  if (container.boots === true) return [create(container, sandbox)];
  return [{ type: 'start-router', node: router.node, id, name }];
}

const isIn = ({ node, container }: PlacedContainer, sandbox: PlacedContainer): boolean =>
  node === sandbox.node && container.labels[SANDBOX_LABEL] === sandbox.container.id;

const removal = ({ node, container: { id, name } }: PlacedContainer) =>
  ({ type: 'remove-router', node, id, name, fields: [] }) as const;

/** Who else has a name on a node, in words; undefined: nobody. */
function nameHolder(
  name: string,
  node: string,
  own: readonly PlacedContainer[],
  index: ObservedIndex,
): string | undefined {
  const reading = index.nodes.get(node);
  if (reading?.ok !== true) return undefined;
  if (reading.value.otherNames.includes(name)) return 'which is not of this testbed';
  const ids = new Set(own.map(({ container }) => container.id));
  const ours = reading.value.containers.some((one) => one.name === name && !ids.has(one.id));
  return ours ? 'which serves this testbed otherwise' : undefined;
}
