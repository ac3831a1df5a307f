import { registryCredentials, type RegistryCredentials } from '../api/registry-secret.ts';
import type { SecretState, Secrets } from '../core/plan/session-terms.ts';
import { whyUnusable } from '../core/plan/secret-value.ts';
import type { Platform } from '../core/plan/platforms.ts';
import { dialectOf } from '../core/render/dialects.ts';
import type { ConfigurationText } from '../core/render/text.ts';
import type { StoredEntry } from '../ports/object-store.ts';

/** How a registry is reached. */
export type RegistryAccess =
  | { readonly credentials: RegistryCredentials | undefined; readonly revision?: string }
  | { readonly unusable: string };

/** The secrets as the last intake read them: the only place that holds their values, which leave it for routers and for registries alone. */
export class SecretBook implements Secrets {
  readonly #prefix: string;
  readonly #values = new Map<
    string,
    { readonly value: string; readonly revision: string; readonly state: SecretState }
  >();

  /** @param prefix of their keys. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Takes the place of all that was known. */
  read(entries: readonly StoredEntry[]): void {
    this.#values.clear();
    for (const { key, value, modRevision } of entries) {
      const unusable = whyUnusable(value);
      const revision = String(modRevision);
      const state = unusable === undefined ? { revision } : { unusable };
      this.#values.set(key.slice(this.#prefix.length), { value, revision, state });
    }
  }

  get(name: string): SecretState | undefined {
    return this.#values.get(name)?.state;
  }

  /** What an image's registry is to be shown, or why there is nothing that it could be. */
  registry(name: string, image: string): RegistryAccess {
    const secret = this.#values.get(name);
    if (secret === undefined)
      return { unusable: `there is no secret ${name}: etcdctl put ${this.#prefix}${name} JSON` };
    const found = registryCredentials(secret.value, image);
    if ('unusable' in found) return { unusable: `secret ${name} cannot be used: ${found.unusable}` };
    return { credentials: found, revision: secret.revision };
  }

  /** What a router is to read. @throws RouterRefusal of a value that its platform cannot write, and when a secret went since the plan was made, which another one follows. */
  filled(platform: Platform, { text, hash }: ConfigurationText): ConfigurationText {
    const filled = dialectOf(platform).withSecrets(text, (name) => {
      const secret = this.#values.get(name);
      if (secret === undefined || 'unusable' in secret.state)
        throw new Error(`secret ${name} is gone; the router keeps what it runs until the next plan`);
      return secret.value;
    });
    return { text: filled, hash };
  }
}
