import type { Resources } from '../../api/router.ts';
import { finding, type Finding } from './finding.ts';
import { memoryBytes, nanoCpus } from './resources.ts';

/** Least limits that Swarm accepts (swarmkit, validateResources): 4 MiB and a thousandth of a core. */
const LEAST_MEMORY = 4 * 2 ** 20;
const LEAST_NANO_CPUS = 1e6;

interface Container {
  readonly resources?: Resources;
  readonly env?: Readonly<Record<string, string>>;
}

/** What Swarm would refuse in a service: said here, where the field is known. @param at such as `spec` or `spec.hosts[0]`. */
export function checkContainer({ resources, env = {} }: Container, at: string): Finding[] {
  const found: Finding[] = [];
  const invalid = (field: string, value: string, message: string): void => {
    found.push(finding('Invalid', `${at}.${field}`, value, message));
  };
  if (resources?.memory !== undefined && memoryBytes(resources) < LEAST_MEMORY) {
    invalid('resources.memory', resources.memory, 'Swarm wants at least 4Mi.');
  }
  if (resources?.cpus !== undefined && nanoCpus(resources) < LEAST_NANO_CPUS) {
    invalid('resources.cpus', resources.cpus.toString(), 'Swarm wants at least 0.001 cores.');
  }
  for (const name of Object.keys(env)) {
    if (name !== '' && !/[=\0]/.test(name)) continue;
    invalid('env', name, `"${name}" is no name for an environment variable.`);
  }
  return found;
}
