/** Why an object, or a part of it, does not run as written. CamelCase: it ends up as the reason of a condition. */
export type Reason =
  | 'Invalid'
  | 'Unsupported'
  | 'RouterNotFound'
  | 'HostNotFound'
  | 'PathNotFound'
  | 'Conflict'
  | 'HostBits'
  | 'SubnetTooSmall'
  | 'SubnetTooLarge'
  | 'SubnetReserved'
  | 'AddressOutside'
  | 'RepeatedRouter'
  | 'RepeatedHop'
  | 'RepeatedAs'
  | 'NotAHop'
  | 'NotJoined'
  | 'PathsPart'
  | 'NeedsBgp'
  | 'NeedsSrv6'
  | 'Ambiguous'
  | 'SameHost'
  | 'DuplicateName'
  | 'RouterIdMissing'
  | 'PoolExhausted';

/** One thing that is wrong with one object, said so that its author can put it right. */
export interface Problem {
  readonly reason: Reason;
  /** Path of the field within the object, such as `spec.hops[0].subnet`. */
  readonly field: string;
  /** The value as written; empty when nothing is. */
  readonly value: string;
  /** What was wrong, what was expected, who holds it, what happens next. One or more whole sentences. */
  readonly message: string;
}
