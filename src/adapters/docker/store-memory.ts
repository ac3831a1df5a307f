import { z } from 'zod';
import type { StoreMemory } from '../../core/guard/store-identity.ts';
import { CLUSTER_LABEL, PREFIX_LABEL, REVISION_LABEL } from '../../core/plan/labels.ts';
import { storeMemoryName } from '../../core/plan/names.ts';
import { withBody } from './docker-api.ts';
import type { Engine } from './engine.ts';
import { isFailure } from './failure.ts';
import type { Managers } from './managers.ts';
import { anyReply, createdReply } from './replies.ts';

/** A config's data never changes; its labels may. So these have what is kept, and the data says what it is. */
const DATA = 'hinge keeps in the labels of this config how far the testbed in etcd had come.\n';

const configsReply = z.array(
  z.object({
    ID: z.string(),
    Version: z.object({ Index: z.number() }),
    Spec: z.looseObject({ Name: z.string(), Labels: z.record(z.string(), z.string()).nullish() }),
  }),
);
type ConfigReply = z.infer<typeof configsReply>[number];

/** What the Swarm keeps of the store: a config, which no service uses. */
export class StoreMemoryConfig {
  readonly #managers: Managers;
  readonly #prefix: string;
  readonly #name: string;

  constructor(managers: Managers, prefix: string) {
    this.#managers = managers;
    this.#prefix = prefix;
    this.#name = storeMemoryName(prefix);
  }

  async read(): Promise<StoreMemory | undefined> {
    return this.#managers.use(async (engine) => {
      const labels = (await this.#find(engine))?.Spec.Labels ?? {};
      const { [CLUSTER_LABEL]: uid, [REVISION_LABEL]: revision = '' } = labels;
      return uid === undefined
        ? undefined
        : { uid, revision: /^[0-9]+$/.test(revision) ? BigInt(revision) : 0n };
    });
  }

  async write(memory: StoreMemory): Promise<void> {
    await this.#managers.use(async (engine) => {
      const there = await this.#find(engine);
      const labels = {
        ...there?.Spec.Labels,
        [PREFIX_LABEL]: this.#prefix,
        [CLUSTER_LABEL]: memory.uid,
        [REVISION_LABEL]: String(memory.revision),
      };
      if (there === undefined) await this.#create(engine, labels);
      else await update(engine, there, labels);
    });
  }

  async remove(): Promise<void> {
    await this.#managers.use(async (engine) => {
      const there = await this.#find(engine);
      if (there === undefined) return;
      try {
        await engine.change({
          name: 'config.remove',
          doing: `removing config ${this.#name}`,
          reply: anyReply,
          send: (docker, abortSignal) => docker.getConfig(there.ID).remove({ abortSignal }),
        });
      } catch (error) {
        if (!isFailure(error, 'not-found')) throw error;
      }
    });
  }

  async #find(engine: Engine): Promise<ConfigReply | undefined> {
    const filters = { label: [`${PREFIX_LABEL}=${this.#prefix}`] };
    const configs = await engine.callNow({
      name: 'config.list',
      doing: 'listing configs',
      reply: configsReply,
      send: (docker, abortSignal) => docker.listConfigs({ filters, abortSignal }),
    });
    return configs.find(({ Spec }) => Spec.Name === this.#name);
  }

  async #create(engine: Engine, labels: Readonly<Record<string, string>>): Promise<void> {
    const spec = { Name: this.#name, Labels: labels, Data: Buffer.from(DATA).toString('base64') };
    await engine.change({
      name: 'config.create',
      doing: `creating config ${this.#name}`,
      reply: createdReply,
      send: (docker, abortSignal) => docker.createConfig(withBody(spec, { abortSignal })),
    });
  }
}

/** @throws DockerError 'out-of-sequence' or the like when somebody else changed it: then it is read and written again. */
async function update(
  engine: Engine,
  config: ConfigReply,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const spec = { ...config.Spec, Labels: labels };
  const version = config.Version.Index;
  await engine.change({
    name: 'config.update',
    doing: `updating config ${config.Spec.Name}`,
    reply: anyReply,
    send: (docker, abortSignal) =>
      docker.getConfig(config.ID).update(withBody(spec, { version, abortSignal })),
  });
}
