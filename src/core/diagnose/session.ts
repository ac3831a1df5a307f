/** What can be seen of a BGP session that is not established, from outside of its two routers. */
export interface SessionSigns {
  readonly peer: string;
  /** The peer's address. */
  readonly address: string;
  /** Name of the network it runs over. */
  readonly link: string;
  /** State at this end, and at the peer's; undefined: that router does not list the session. */
  readonly state: string | undefined;
  readonly peerState: string | undefined;
  readonly peerRuns: boolean;
  /** Both ends are plugged in. */
  readonly plugged: boolean;
  /** Whether the peer answers packets over the link; undefined: nobody asked, since timers may still explain it. */
  readonly answered: boolean | undefined;
}

/** What hinge can do about a session: plug its link anew at both ends, or have the router begin anew. */
export type Remedy = 'replug' | 'restart';

/** Why a session is not established. */
export interface Diagnosis {
  /** CamelCase, becomes the condition's reason. */
  readonly cause:
    | 'NotConfigured'
    | 'HeldByRouter'
    | 'PeerNotRunning'
    | 'LinkNotPlugged'
    | 'PeerNotConfigured'
    | 'Settling'
    | 'LinkSilent'
    | 'NotTalking';
  readonly message: string;
  /** None while others are at work, or when only the user can know. In the order in which they are tried. */
  readonly remedies: readonly Remedy[];
}

/** The first thing that is missing, in the order in which a session comes up. */
export function diagnose(signs: SessionSigns): Diagnosis {
  const { peer, address, link, state, peerState, peerRuns, plugged, answered } = signs;
  const is = (cause: Diagnosis['cause'], why: string, remedies: readonly Remedy[] = []): Diagnosis => ({
    cause,
    message: `${peer} (${address}): ${state ?? 'not configured'}${why}`,
    remedies,
  });
  if (state === undefined) return is('NotConfigured', '');
  if (!peerRuns) return is('PeerNotRunning', `; no running container of ${peer} is known`);
  if (!plugged) return is('LinkNotPlugged', `; ${link} is not plugged in at both ends`);
  if (peerState === undefined) return is('PeerNotConfigured', `; ${peer} does not have the session yet`);
  // Such as "Idle (Admin)" or "Idle (PfxCt)": the router will not talk before somebody lets it.
  const held = [state, peerState].find((text) => text.includes('('));
  if (held !== undefined)
    return is('HeldByRouter', `; the session is held by ${held === state ? 'this router' : peer}: ${held}`);
  if (answered === undefined) return is('Settling', '');
  if (!answered) return is('LinkSilent', `; ${peer} answers no packets over ${link}`, ['replug']);
  return is('NotTalking', `; ${peer} answers packets over ${link}, but not BGP`, ['restart', 'replug']);
}
