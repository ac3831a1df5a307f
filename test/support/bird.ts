import type { Container } from './containers.ts';

/** Since when a session of BIRD's is as it is: another time means that it was reset. BIRD does not count how often. */
interface BirdSession {
  readonly state: string;
  /** Seconds since the epoch. */
  readonly since: string;
}

/** The BGP sessions of a router that runs BIRD, by the neighbour's address. */
export async function birdSessionsOf(router: Container): Promise<Readonly<Record<string, BirdSession>>> {
  const text = await router.run('birdcl', 'show', 'protocols');
  return Object.fromEntries(
    [...text.matchAll(/^hinge_(\d+(?:_\d+){3}) +BGP +\S+ +\S+ +(\S+) *(\S*)/gm)].map(
      ([, symbol = '', since = '', state = '']) => [symbol.replaceAll('_', '.'), { state, since }],
    ),
  );
}

/** Whether a router runs BIRD. */
export const runsBird = async (router: Container): Promise<boolean> =>
  (await router.run('sh', '-c', 'test ! -S /run/bird/bird.ctl || echo yes')).trim() === 'yes';
