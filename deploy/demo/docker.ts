import { PREFIX_LABEL } from '../../src/core/plan/labels.ts';
import type { Lab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';

/** Runs a command in the container of a service, wherever it is. @throws when no node has one. */
export async function inService(lab: Lab, service: string, command: readonly string[]): Promise<string> {
  for (const { socket } of lab.nodes) {
    const engine = ['-H', `unix://${socket}`];
    const filter = `label=com.docker.swarm.service.name=${service}`;
    const { stdout } = await run('docker', [...engine, 'ps', '-q', '--filter', filter]);
    const [id] = stdout.split('\n').filter(Boolean);
    if (id !== undefined) return (await run('docker', [...engine, 'exec', id, ...command])).stdout;
  }
  throw new Error(`no node runs a container of ${service}`);
}

/** Everything of the testbed that any node still has, one line each; empty: nothing. */
export async function remains(lab: Lab): Promise<readonly string[]> {
  const filter = JSON.stringify({ label: [PREFIX_LABEL] });
  const lists = await Promise.all(
    lab.nodes.map(async ({ name, docker }) => {
      const [containers, networks, { Swarm }] = await Promise.all([
        docker.listContainers({ all: true, filters: filter }),
        docker.listNetworks({ filters: filter }),
        docker.info() as Promise<{ Swarm: { ControlAvailable: boolean } }>,
      ]);
      const services = Swarm.ControlAvailable ? await docker.listServices({ filters: filter }) : [];
      const configs = Swarm.ControlAvailable ? await docker.listConfigs({ filters: filter }) : [];
      return [
        ...configs.map(({ Spec }) => `${name}: config ${Spec?.Name ?? ''}`),
        ...services.map(({ Spec }) => `${name}: service ${Spec?.Name ?? ''}`),
        ...networks.map(({ Name }) => `${name}: network ${Name}`),
        ...containers.map(({ Names }) => `${name}: container ${Names.join(' ')}`),
      ];
    }),
  );
  return lists.flat();
}
