import PQueue from 'p-queue';
import type { Gate } from './gates.ts';
import { type GateOptions, type Result, runGate } from './run-gate.ts';

/** How many checks run side by side: their tools use one core each. */
const WIDTH = 2;

/** Runs the checks side by side, then the suites of tests one after the other. */
export async function runGates(
  gates: readonly Gate[],
  options: GateOptions,
  onResult: (result: Result) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  const run = async (gate: Gate): Promise<void> => {
    if (options.signal.aborted) return;
    const result = await runGate(gate, options);
    results.push(result);
    onResult(result);
  };
  const beside = new PQueue({ concurrency: WIDTH });
  await beside.addAll(gates.filter((gate) => !gate.tests).map((gate) => () => run(gate)));
  for (const gate of gates.filter((each) => each.tests)) await run(gate);
  return results;
}
