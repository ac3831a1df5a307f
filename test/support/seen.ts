import type { Container } from './containers.ts';
import type { Testbed } from './testbed.ts';

/** Id of a network by its key; there must be one. */
export async function networkId(testbed: Testbed, key: string): Promise<string> {
  const found = (await testbed.inventory()).networks.find((network) => network.key === key);
  if (found === undefined) throw new Error(`no network ${key}`);
  return found.id;
}

/** The container that a Router's task and links are in: the router itself, or what holds its sandbox. */
export async function taskOf(testbed: Testbed, name: string): Promise<Container> {
  const containers = await testbed.containers();
  const found = containers.get(`sandbox/${name}`) ?? containers.get(`router/${name}`);
  if (found === undefined) throw new Error(`Router ${name} has no running container`);
  return found;
}

/** The events of a reason, as they are in the store, of all objects or of those of a name. */
export async function eventTexts(testbed: Testbed, reason: string, name = ''): Promise<readonly string[]> {
  const { entries } = await testbed.store.list(testbed.keys.events);
  return entries.filter(({ key }) => key.includes(`${name}/${reason}-`)).map(({ value }) => value);
}
