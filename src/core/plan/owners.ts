/**
 * Keys of what hinge makes, and owners of claims: `router/vyos-35`, `host/fig3/a`, `link/vyos-35--vyos-36`, `access/fig3/a`,
 * `address/fig3/ab/from`.
 */
export const routerKey = (name: string): string => `router/${name}`;
export const hostKey = (experiment: string, host: string): string => `host/${experiment}/${host}`;

/** The same for both orders. Names that contain the separator themselves get one that no name can contain. */
export function linkKey(one: string, other: string): string {
  const [first, second] = one < other ? [one, other] : [other, one];
  const separator = first.includes('--') || second.includes('--') ? '/' : '--';
  return `link/${first}${separator}${second}`;
}

/** The address that a connection has of its own at one end. */
export const addressKey = (experiment: string, connection: string, end: 'from' | 'to'): string =>
  `address/${experiment}/${connection}/${end}`;

/** Layer 2: a LAN, the tunnel end of a router on it, and a host's place on it. @param id `fig3/172.20.0.0-24` or `fig3/ab`. */
export const lanKey = (id: string): string => `lan/${id}`;
export const vtepKey = (id: string, router: string): string => `vtep/${id}/${router}`;
export const portKey = (id: string, host: string): string => `port/${id}/${host}`;
/** The LAN that an owner of a `port` claim has its place on. */
export const lanKeyOf = (port: string): string => lanKey(port.split('/').slice(1, 3).join('/'));

/** Start of the keys of all access networks of an Experiment. */
export const accessKeys = (experiment: string): string => `access/${experiment}/`;
/** Start of the keys of all hosts of an Experiment. */
export const hostKeys = (experiment: string): string => `host/${experiment}/`;

/** An owner as a message names it. */
export function describeOwner(owner: string): string {
  const [kind = '', ...rest] = owner.split('/');
  switch (kind) {
    case 'router':
      return `Router/${rest.join('/')}`;
    case 'link':
      return `the link ${rest.join('--')}`;
    case 'access':
      return `the access network ${rest.slice(1).join('/')} of Experiment/${rest[0] ?? ''}`;
    case 'address':
      return `connection ${rest[1] ?? ''} of Experiment/${rest[0] ?? ''}`;
    case 'lan':
      return `the LAN ${rest.slice(1).join('/')} of Experiment/${rest[0] ?? ''}`;
    case 'vtep':
      return `the tunnel end at ${rest[2] ?? ''} of the LAN ${rest[1] ?? ''} of Experiment/${rest[0] ?? ''}`;
    default:
      return `the ${owner} network`;
  }
}
