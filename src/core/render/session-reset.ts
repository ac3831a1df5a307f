/** A line of extraConfig whose change a platform does not take without resetting sessions. */
export interface SessionReset {
  readonly line: string;
  readonly change: 'added' | 'removed';
  /** Address of the neighbour; undefined: all of the router's sessions. */
  readonly neighbor: string | undefined;
  /** False: this line's effect was not measured. */
  readonly certain: boolean;
}
