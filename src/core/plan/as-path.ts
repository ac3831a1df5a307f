/**
 * The AS path that the first of some routers in a row has for what the last one originates: an AS once, however many of its routers
 * are passed, and not the first router's own.
 * @param asns theirs, in order
 */
export const asPathAlong = (asns: readonly number[]): readonly number[] =>
  asns.filter((asn, at) => asn !== asns[at - 1]).slice(1);
