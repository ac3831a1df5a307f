import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refText } from '../../../../src/api/object.ts';
import { type Intake, intake, type IntakeInput } from '../../../../src/core/plan/intake.ts';
import { anyObject, anyStep, type Step } from './arbitrary.ts';
import { Bench, existing, reasons } from './bench.ts';
import { expectSound, valuesOf } from './invariants.ts';

const steps = fc.array(anyStep, { minLength: 1, maxLength: 12 });

function perform(bench: Bench, step: Step, last: Intake | undefined): void {
  if (step.type === 'put') bench.put(...step.objects);
  else if (step.type === 'delete') {
    const texts = [...bench.written.keys()];
    bench.delete(...step.choices.flatMap((choice) => texts[choice % Math.max(texts.length, 1)] ?? []));
  } else {
    bench.lingering = step.known && last !== undefined ? existing(last.desired) : undefined;
  }
}

/** Plays the steps; `check` sees every settled state and the one before. */
function play(
  sequence: readonly Step[],
  check: (bench: Bench, now: Intake, seen: ReadonlyMap<string, string>) => void,
): Bench {
  const bench = new Bench();
  let last: Intake | undefined;
  for (const step of sequence) {
    const before = last === undefined ? new Map<string, string>() : valuesOf(bench, last);
    perform(bench, step, last);
    last = bench.settle();
    check(bench, last, before);
  }
  return bench;
}

const shuffled = (input: IntakeInput, seed: number): IntakeInput => {
  const turn = <T>(items: readonly T[]): T[] => {
    const at = items.length === 0 ? 0 : seed % items.length;
    return [...items.slice(at), ...items.slice(0, at)].reverse();
  };
  return {
    ...input,
    written: turn(input.written),
    accepted: turn(input.accepted),
    allocations: turn(input.allocations),
  };
};

describe('intake', () => {
  it('settles in a sound state, whatever is written', () => {
    /** States with a connection of each kind, and with an AS of several routers. */
    const seen = { segments: 0, tunnels: 0, systems: 0 };
    fc.assert(
      fc.property(steps, (sequence) => {
        play(sequence, (bench, decided) => {
          expect(bench.rounds).toBeLessThanOrEqual(4);
          expectSound(bench, decided);
          const { experiments, workloads } = decided.desired;
          const connections = experiments.flatMap((each) => each.connections);
          if (connections.some(({ course }) => course !== undefined)) seen.segments += 1;
          if (connections.some(({ tunnel }) => tunnel !== undefined)) seen.tunnels += 1;
          const asns = workloads.flatMap(({ setup }) => (setup.type === 'router' ? [setup.asn] : []));
          if (new Set(asns).size < asns.length) seen.systems += 1;
        });
      }),
      { numRuns: 100 },
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(5);
  });

  it('never changes a value of an object that nobody changes', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        play(sequence, (bench, decided, before) => {
          const after = valuesOf(bench, decided);
          const changed = [...before].filter(([key, value]) => after.has(key) && after.get(key) !== value);
          expect(changed).toEqual([]);
          const lost = [...before.keys()].filter((key) => !after.has(key) && isThere(bench, key));
          expect(lost).toEqual([]);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('decides the same in whatever order it is told', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (sequence, seed) => {
        const bench = new Bench();
        let last: Intake | undefined;
        for (const step of sequence) {
          perform(bench, step, last);
          expect(intake(shuffled(bench.input(), seed))).toEqual(intake(bench.input()));
          last = bench.settle();
        }
      }),
      { numRuns: 100 },
    );
  });

  it('goes on from any part of its changes', () => {
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.boolean()), (sequence, chance) => {
        const bench = new Bench();
        let last: Intake | undefined;
        const some = <T>(items: readonly T[]): T[] => items.filter(() => chance.next().value);
        for (const step of sequence) {
          perform(bench, step, last);
          const decided = intake(bench.input());
          const { accept, forget, take, release, spent } = decided.changes;
          bench.commit({
            ...decided,
            changes: {
              accept: some(accept),
              forget: some(forget),
              take: some(take),
              release: some(release),
              spent,
            },
          });
          last = bench.settle();
          expectSound(bench, last);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('lets no object suffer from the problems of another', () => {
    fc.assert(
      fc.property(fc.array(anyObject, { maxLength: 8 }), anyObject, (objects, last) => {
        const bench = new Bench().put(...objects);
        const before = bench.settle();
        const values = valuesOf(bench, before);
        bench.put(last);
        const after = bench.settle();
        const text = refText({ kind: last.kind, name: last.metadata.name });
        if (!after.problems.has(text)) return;
        const others = (decided: Intake): string[] =>
          [...decided.problems.keys()]
            .filter((other) => other !== text)
            .flatMap((other) => reasons(decided, other));
        expect(others(after)).toEqual(others(before));
        expect(valuesOf(bench, after)).toEqual(values);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves nothing behind once everything is deleted', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const bench = play(sequence, () => undefined);
        for (const [text, written] of bench.written) {
          if (!('object' in written)) continue;
          const { annotations: _, ...metadata } = written.object.metadata;
          bench.written.set(text, { ...written, object: { ...written.object, metadata } });
        }
        for (const [text, record] of bench.accepted) {
          const { annotations: _, ...metadata } = record.object.metadata;
          bench.accepted.set(text, { ...record, object: { ...record.object, metadata } });
        }
        bench.delete(...bench.written.keys());
        const decided = bench.converge();
        expect(decided.desired).toEqual({ networks: [], workloads: [], paths: [], experiments: [] });
        expect([bench.accepted.size, bench.allocations.size, decided.problems.size]).toEqual([0, 0, 0]);
      }),
      { numRuns: 100 },
    );
  });

  it('forgets and releases nothing for being gone while Docker cannot be read', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const bench = new Bench();
        bench.lingering = undefined;
        for (const step of sequence) {
          if (step.type === 'docker') continue;
          perform(bench, step, undefined);
          const { changes } = intake(bench.input());
          expect(changes.forget).toEqual([]);
          bench.settle();
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** Whether an object of `valuesOf` is still accepted in that generation, and its key there. */
function isThere(bench: Bench, key: string): boolean {
  const [text = '', generation] = key.split(' ');
  return bench.written.has(text) && String(bench.accepted.get(text)?.generation) === generation;
}
