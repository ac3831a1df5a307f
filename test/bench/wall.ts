/** Milliseconds since the epoch, with fractions: what engines write into their events, on the same machine's clock. */
export const wallMs = (): number => performance.timeOrigin + performance.now();
