import type { Lab } from '../../deploy/lab/lab.ts';

/** As `docker service scale ID=0` does. */
export async function scaleToZero(lab: Lab, id: string): Promise<void> {
  const service = lab.node('node1').docker.getService(id);
  const { Spec, Version } = (await service.inspect()) as {
    readonly Spec: object;
    readonly Version: { readonly Index: number };
  };
  await service.update({ ...Spec, version: Version.Index, Mode: { Replicated: { Replicas: 0 } } });
}
