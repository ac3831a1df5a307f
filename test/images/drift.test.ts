import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useImageLab } from './image-lab.ts';

const IMAGES = join(import.meta.dirname, '../../deploy/images');

const lab = useImageLab();

/** What a user of the image meets: how it starts, and its own files with their owners and modes. */
async function describeImage(image: string): Promise<unknown> {
  const config: unknown = JSON.parse(await lab.docker('inspect', '-f', '{{json .Config}}', image));
  const { Cmd, Entrypoint, Env, Labels, StopSignal, User, WorkingDir } = config as Record<string, unknown>;
  const script =
    'find /usr/local /etc/frr /etc/bird ! -type d -exec stat -c "%n %a %u:%g" {} + -exec sha256sum {} + | sort';
  const files = await lab.docker('run', '--rm', '--network=none', image, 'sh', '-c', script);
  return {
    Cmd,
    Entrypoint: Entrypoint ?? null,
    Env,
    Labels,
    StopSignal,
    User,
    WorkingDir,
    files: files.split('\n'),
  };
}

/** A real `docker build` of the same Dockerfile, on the lab's base since nothing can be pulled, is the reference. */
it.each(['router-frr', 'router-bird', 'host', 'helper'])(
  '%s is what docker build makes of its Dockerfile',
  async (name) => {
    const built = `built/${name}`;
    await lab.docker(
      'build',
      '--network=none',
      '--build-arg=BASE=hinge/base:1',
      `--tag=${built}`,
      join(IMAGES, name),
    );
    expect(await describeImage(`hinge/${name}:1`)).toEqual(await describeImage(built));
  },
);
