/** Something in a router's policy that cannot be as it is written, or hardly can be meant. */
export interface PolicyNote {
  /** In the order of their weight; the last three: it is done as written all the same. */
  readonly reason:
    | 'SecretMissing'
    | 'SecretInvalid'
    | 'PasswordsDiffer'
    | 'NotANeighbor'
    | 'NotInsideAs'
    | 'CutsAs'
    | 'AsInParts'
    | 'FightsPath';
  readonly message: string;
}
