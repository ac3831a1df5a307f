/* Figure 3 from nothing to packets and back: `npm run demo`. */
import { Command } from 'commander';
import { labImages } from '../lab/lab-images.ts';
import { Lab } from '../lab/lab.ts';
import { LabOperator } from '../lab/operator.ts';
import { inService, remains } from './docker.ts';
import { allReady, Progress, progressLine } from './progress.ts';
import { StageTimes } from './stage-times.ts';
import { DemoTestbed, readExample } from './testbed.ts';
import { waitUntil } from './wait.ts';

const EXAMPLE = 'examples/figure-3';
const READY_MS = 300_000;
const GONE_MS = 180_000;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function demo(keep: boolean, dir: string, signal: AbortSignal): Promise<void> {
  const stages = new StageTimes();
  let lab: Lab | undefined;
  let kept = false;
  try {
    say('The lab: three Docker engines in one Swarm, and etcd');
    const tell = (line: string): void => say(`  ${line}`);
    const made = await stages.measure('lab and images', () =>
      Lab.up({ dir, nodes: 3, images: labImages, signal, tell }),
    );
    lab = made;
    const operator = new LabOperator(lab);
    await stages.measure('operator leads', () => operator.start(made, signal));
    await build(lab, stages, signal);
    kept = keep;
    if (keep) {
      sayNextCommands(lab, operator);
    } else {
      await takeApart(lab, stages, signal);
    }
  } finally {
    if (lab !== undefined && !kept) await stages.measure('lab taken away', () => clear(dir));
  }
  say(`\n${stages.table()}`);
}

async function build(lab: Lab, stages: StageTimes, signal: AbortSignal): Promise<void> {
  const testbed = new DemoTestbed(lab);
  const objects = readExample(EXAMPLE);
  say(`\n${EXAMPLE}: ${String(objects.length)} objects, each written with etcdctl put`);
  await stages.measure('etcdctl put', async () => {
    for (const object of objects) await testbed.put(object);
  });
  const progress = new Progress(process.stdout);
  await stages.measure('from put to proven', () =>
    waitUntil('every object is Ready', READY_MS, signal, async () => {
      const conditions = await testbed.conditions();
      progress.show(progressLine(conditions));
      return allReady(conditions, objects.length);
    }).finally(() => progress.done()),
  );
  say('\nvyos-57# show ip bgp');
  say(await inService(lab, 'hinge-vyos-57', ['vtysh', '-c', 'show ip bgp']));
  say('\na$ traceroute to b');
  say(
    await inService(lab, 'hinge-fig3--a', ['traceroute', '-n', '-I', '-q', '1', '-m', '40', '10.199.57.3']),
  );
}

async function takeApart(lab: Lab, stages: StageTimes, signal: AbortSignal): Promise<void> {
  const testbed = new DemoTestbed(lab);
  say('\nEvery object deleted with etcdctl del');
  const progress = new Progress(process.stdout);
  await stages.measure('from del to nothing', async () => {
    for (const object of readExample(EXAMPLE)) await testbed.del(object);
    say('  So many deletions at a time may be a mistake: hinge holds them until they are confirmed');
    say('  $ hinge confirm --yes');
    for (const line of await testbed.confirm()) say(`  ${line}`);
    await waitUntil('nothing is left', GONE_MS, signal, async () => {
      const [left, { size }] = await Promise.all([remains(lab), testbed.conditions()]);
      progress.show(
        `${String(size)} objects and ${String(left.length)} services, networks and containers are left`,
      );
      return left.length === 0 && size === 0;
    }).finally(() => progress.done());
  });
  for (const { name } of lab.nodes)
    say(`  ${name}: no service, no network, no container, no attachment of the testbed`);
}

async function clear(dir: string): Promise<void> {
  await new LabOperator({ dir }).stop();
  await Lab.down(dir);
  say('\nThe lab is gone: nothing runs, nothing is mounted');
}

function sayNextCommands(lab: Lab, operator: LabOperator): void {
  say(`
The testbed stays. Try:
  . ${lab.layout.envFile}
  node dist/cli/main.js get all
  node dist/cli/main.js describe router vyos-57
  etcdctl del /hinge/desired/experiments/fig3      # then: node dist/cli/main.js get all -w
  etcdctl del --prefix /hinge/desired/             # many at a time are held: node dist/cli/main.js confirm
  tail -f ${operator.logFile}
and at the end:
  npm run demo -- --down`);
}

/** The first Ctrl-C or SIGTERM ends the demo in order; while it cleans up, further ones are not heard. */
function interrupted(): AbortSignal {
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (!abort.signal.aborted) say(`\n${name}: cleaning up`);
      abort.abort(new Error(`ended by ${name}`));
    });
  }
  return abort.signal;
}

const program = new Command('demo')
  .description('Figure 3 on a three-node Swarm: from etcdctl put to packets, and back to nothing')
  .option('--keep', 'leave it running, and say what to try next')
  .option('--down', 'end what --keep has left running')
  .option('--dir <dir>', 'where the lab is', '.lab')
  .action(async ({ keep, down, dir }: { keep?: true; down?: true; dir: string }) => {
    if (down === true) await clear(dir);
    else await demo(keep === true, dir, interrupted());
  });
try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
