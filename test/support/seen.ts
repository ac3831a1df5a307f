import type { Testbed } from './testbed.ts';

/** Id of a network by its key; there must be one. */
export async function networkId(testbed: Testbed, key: string): Promise<string> {
  const found = (await testbed.inventory()).networks.find((network) => network.key === key);
  if (found === undefined) throw new Error(`no network ${key}`);
  return found.id;
}

/** The events of a reason, as they are in the store, of all objects or of those of a name. */
export async function eventTexts(testbed: Testbed, reason: string, name = ''): Promise<readonly string[]> {
  const { entries } = await testbed.store.list(testbed.keys.events);
  return entries.filter(({ key }) => key.includes(`${name}/${reason}-`)).map(({ value }) => value);
}
