import { afterAll, beforeAll } from 'vitest';
import { BOOT_FILE } from '../../src/core/render/vyos/in-container.ts';
import type { Container } from './containers.ts';
import { sessionsOf } from './frr.ts';
import type { Environment, OperatorProcess } from './operator.ts';
import { type Document, document, documentsIn, measured, type Testbed, useTestbed } from './testbed.ts';
import { DoubledEngines } from './vyos-double.ts';

const BOUND_MS = 60_000;
const OWN = '/var/log/vyos-double';

/** What holds the lock of VyOS's configuration for some seconds, as who commits does. */
const HELD = 'import fcntl, time; f = open("/opt/vyatta/config/.lock", "w"); fcntl.lockf(f, fcntl.LOCK_EX)';

/** The example with FRR, VyOS and BIRD on one Path, and a test double in the place of VyOS: its router `sendai`. */
export class Doubled {
  readonly testbed: Testbed;
  readonly engines: DoubledEngines;
  #documents: readonly Document[] = [];
  #env: Environment = {};

  constructor(testbed: Testbed, engines: DoubledEngines) {
    this.testbed = testbed;
    this.engines = engines;
  }

  async put(): Promise<void> {
    this.#env = await this.engines.open(this.testbed.lab);
    this.#documents = (await documentsIn('examples/vyos')).map((one) =>
      one.ref.name === 'sendai' ? this.written({}) : one,
    );
    await this.start('first');
    await this.testbed.put(...this.#documents);
    measured(
      `FRR, the test double of VyOS, and BIRD on one Path: Ready after ${(await this.ready()).toFixed(1)} s`,
    );
  }

  start(name: string): Promise<OperatorProcess> {
    return this.testbed.start(name, this.#env);
  }

  ready(): Promise<number> {
    const refs = this.#documents.map(({ ref }) => ref);
    return this.testbed.ready(refs, BOUND_MS);
  }

  written(spec: object): Document {
    return document('Router', 'sendai', { platform: 'vyos', ...spec });
  }

  /** The router with one more option, whose value is in its configuration. */
  saying(text: string): Document {
    return this.written({ extraConfig: `set protocols bgp parameters description '${text}'` });
  }

  container(): Promise<Container> {
    return this.testbed.container('router/sendai');
  }

  /** @returns the content of a file in it; empty: there is none. */
  async read(path: string): Promise<string> {
    return (await this.container()).run('sh', '-c', `cat ${path} 2>/dev/null || :`);
  }

  /** Lines of what the double has noted: each start, or each commit and save. */
  async log(name: 'starts' | 'commits'): Promise<readonly string[]> {
    return (await this.read(`${OWN}/${name}`)).split('\n').filter((line) => line !== '');
  }

  /** What it runs, as VyOS shows it. */
  async commands(): Promise<string> {
    const shown = ['show', 'configuration', 'commands'];
    return (await this.container()).run('/opt/vyatta/bin/vyatta-op-cmd-wrapper', ...shown);
  }

  /** How often each session was established and lost. */
  async steps(): Promise<readonly (readonly [number, number])[]> {
    const sessions = Object.values(await sessionsOf(await this.container()));
    return sessions.map(({ established, dropped }) => [established, dropped] as const);
  }

  async states(): Promise<readonly string[]> {
    return Object.values(await sessionsOf(await this.container())).map(({ state }) => state);
  }

  /** Somebody changes what was saved last, in a configuration session, and does not save it. */
  async byHand(sed: string): Promise<void> {
    const script = [
      'source /opt/vyatta/etc/functions/script-template',
      `sed '${sed}' ${BOOT_FILE} > /tmp/by-hand.boot`,
      ...['configure', 'load /tmp/by-hand.boot', 'commit', 'exit'],
    ].join('\n');
    const run = `cat > /tmp/by-hand <<'END'\n${script}\nEND\nsg vyattacfg -c 'vbash /tmp/by-hand'`;
    await (await this.container()).run('sh', '-c', run);
  }

  /** Somebody commits for so long. Resolves when it is over. */
  async lock(seconds: number): Promise<void> {
    await (await this.container()).run('python3', '-c', `${HELD}; time.sleep(${String(seconds)})`);
  }
}

/** For all tests of a file; the image of the double goes after them. */
export function useDoubled(prefix: string): Doubled {
  const engines = new DoubledEngines();
  // After those of the testbed, which ends its operators.
  afterAll(() => engines.close());
  // Drift shows when a router is looked at, and a refusal is tried again.
  const doubled = new Doubled(useTestbed(prefix, { HINGE_RESYNC: '3s' }), engines);
  beforeAll(() => doubled.put());
  return doubled;
}
