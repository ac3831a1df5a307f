/** What filters and functions for one neighbour end in. */
export const symbolOf = (address: string): string => address.replaceAll('.', '_');

/** The protocol of a neighbour's session. */
export const protocolOf = (address: string): string => `hinge_${symbolOf(address)}`;
