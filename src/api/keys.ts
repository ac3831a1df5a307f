import { KINDS, type Kind, type ObjectRef } from './object.ts';

/** Where everything of one testbed lives in etcd (docs/objects.md, "etcd layout"). */
export class Keys {
  readonly prefix: string;

  /** @param prefix such as `/hinge`; a trailing slash is dropped. */
  constructor(prefix: string) {
    this.prefix = prefix.replace(/\/+$/, '');
  }

  get desired(): string {
    return `${this.prefix}/desired/`;
  }
  get accepted(): string {
    return `${this.prefix}/accepted/`;
  }
  get status(): string {
    return `${this.prefix}/status/`;
  }
  get allocations(): string {
    return `${this.prefix}/allocations/`;
  }
  get events(): string {
    return `${this.prefix}/events/`;
  }
  /** Passwords of BGP sessions, by name; raw text. */
  get secrets(): string {
    return `${this.prefix}/secrets/`;
  }
  get leader(): string {
    return `${this.prefix}/leader`;
  }
  get cluster(): string {
    return `${this.prefix}/cluster`;
  }
  /** There while the operator changes nothing, since it does not trust the store; says why. */
  get frozen(): string {
    return `${this.prefix}/frozen`;
  }
  /** What users have confirmed and the operator has not used yet. */
  get confirmations(): string {
    return `${this.prefix}/confirm/`;
  }
  /** The confirmation that the store is to be taken as it is now. */
  get adoption(): string {
    return `${this.confirmations}store`;
  }

  desiredOf(ref: ObjectRef): string {
    return `${this.desired}${KINDS[ref.kind].plural}/${ref.name}`;
  }
  acceptedOf(ref: ObjectRef): string {
    return `${this.accepted}${KINDS[ref.kind].plural}/${ref.name}`;
  }
  statusOf(ref: ObjectRef): string {
    return `${this.status}${KINDS[ref.kind].plural}/${ref.name}`;
  }

  /** The confirmation that an object is to be removed. */
  confirmationOf(ref: ObjectRef): string {
    return `${this.confirmations}${KINDS[ref.kind].plural}/${ref.name}`;
  }

  /** The object that a key below one of the object prefixes stands for; undefined for any other key. */
  refOf(key: string): ObjectRef | undefined {
    for (const base of [this.desired, this.accepted, this.status, this.confirmations]) {
      if (!key.startsWith(base)) continue;
      const [plural, name, ...rest] = key.slice(base.length).split('/');
      const kind = (Object.keys(KINDS) as Kind[]).find((candidate) => KINDS[candidate].plural === plural);
      if (kind !== undefined && name !== undefined && name !== '' && rest.length === 0) return { kind, name };
    }
    return undefined;
  }
}
