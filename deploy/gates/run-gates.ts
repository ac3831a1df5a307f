import PQueue from 'p-queue';
import type { Gate } from './gates.ts';
import { type GateOptions, type Result, runGate } from './run-gate.ts';

/** How many gates run side by side. On two cores a third one makes none of them faster, and all of them late. */
const WIDTH = 2;

/** Runs the gates of each stage side by side, the stages one after the other. */
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
  const stages = [...new Set(gates.map(({ stage }) => stage))].sort((one, other) => one - other);
  for (const stage of stages) {
    const beside = new PQueue({ concurrency: WIDTH });
    await beside.addAll(gates.filter((gate) => gate.stage === stage).map((gate) => () => run(gate)));
  }
  return results;
}
