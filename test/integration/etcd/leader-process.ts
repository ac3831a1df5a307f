import { EtcdClient } from '../../../src/adapters/etcd/client.ts';
import { EtcdElection } from '../../../src/adapters/etcd/election.ts';
import { EtcdStore } from '../../../src/adapters/etcd/store.ts';
import { StoreError } from '../../../src/core/failure.ts';
import { SystemClock } from '../../../src/runtime/system-clock.ts';
import { quiet } from '../../support/quiet.ts';

/**
 * An operator of its own process, for tests that stop it: leads, and writes as fast as it can for as long as
 * it thinks that it leads. Says what happens on standard output, a line each: "leading", "written", "fenced"
 * and so on, "aborted".
 */
const [endpoint = '', key = '', target = '', ttlSeconds = ''] = process.argv.slice(2);

const client = new EtcdClient({ endpoints: [endpoint] }, { clock: new SystemClock(), log: quiet });
const store = new EtcdStore(client, quiet);
const election = new EtcdElection(client, { key, identity: 'child', ttlSeconds: Number(ttlSeconds) }, quiet);

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const term = await election.campaign(new AbortController().signal);
say('leading');
term.signal.addEventListener('abort', () => say('aborted'));
for (let turn = 0; !term.signal.aborted; turn += 1) {
  try {
    await store.commit([{ type: 'put', key: target, value: `child ${turn}` }], { fence: term.fence });
    if (turn === 0) say('written');
  } catch (error) {
    say(error instanceof StoreError ? error.kind : String(error));
  }
}
await store.close();
say('over');
