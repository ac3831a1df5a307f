import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LocalNetworks } from '../../../src/adapters/docker/local-networks.ts';
import type { ObservedNetwork } from '../../../src/core/diff/observed.ts';

const network = (name: string): ObservedNetwork => ({ id: name, name, labels: {}, subnet: undefined });

interface Answer {
  readonly resolve: (networks: readonly ObservedNetwork[]) => void;
  readonly reject: (error: Error) => void;
}

/** An engine whose answers are given by the test. */
function slowEngine(): { readonly networks: LocalNetworks; readonly answers: Answer[] } {
  const answers: Answer[] = [];
  const networks = new LocalNetworks(
    () => new Promise((resolve, reject) => void answers.push({ resolve, reject })),
  );
  return { networks, answers };
}

describe('LocalNetworks', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('lists what the engine says when it comes soon', async () => {
    const { networks, answers } = slowEngine();
    for (const name of ['a', 'b']) {
      const listed = networks.list();
      await vi.advanceTimersByTimeAsync(900);
      answers.at(-1)?.resolve([network(name)]);
      await expect(listed).resolves.toEqual([network(name)]);
    }
  });

  it('lists what it said last when it does not, and what it said late the next time', async () => {
    const { networks, answers } = slowEngine();
    const first = networks.list();
    await vi.advanceTimersByTimeAsync(5000);
    answers[0]?.resolve([network('a')]);
    await expect(first).resolves.toEqual([network('a')]);

    const second = networks.list();
    await vi.advanceTimersByTimeAsync(1000);
    await expect(second).resolves.toEqual([network('a')]);

    answers[1]?.resolve([network('b')]);
    const third = networks.list();
    await vi.advanceTimersByTimeAsync(1000);
    await expect(third).resolves.toEqual([network('b')]);
  });

  it('does not go back to an older answer that overtook a newer one', async () => {
    const { networks, answers } = slowEngine();
    const [older, newer] = [networks.list(), networks.list()];
    answers[1]?.resolve([network('new')]);
    answers[0]?.resolve([network('old')]);
    await Promise.all([older, newer]);
    const late = networks.list();
    await vi.advanceTimersByTimeAsync(1000);
    await expect(late).resolves.toEqual([network('new')]);
  });

  it('takes no error for a list, early or late', async () => {
    const { networks, answers } = slowEngine();
    const first = networks.list();
    answers[0]?.resolve([network('a')]);
    await first;
    const second = networks.list();
    answers[1]?.reject(new Error('no'));
    await expect(second).rejects.toThrow('no');
    const third = networks.list();
    await vi.advanceTimersByTimeAsync(1000);
    await expect(third).resolves.toEqual([network('a')]);
    answers[2]?.reject(new Error('unhandled, if nobody looks'));
  });
});
