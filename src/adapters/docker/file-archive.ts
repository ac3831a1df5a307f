import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { ContainerFile } from '../../core/plan/container-form.ts';

/** An archive of files as the engine takes it for a container: paths from the root, all of it root's. */
export async function tarOf(files: readonly ContainerFile[]): Promise<Buffer> {
  const tar = pack();
  for (const file of files) {
    const name = file.path.replace(/^\//, '');
    if (file.type === 'link') tar.entry({ name, type: 'symlink', linkname: file.to });
    else {
      const { mode, group: gid } = file;
      if (file.type === 'directory') tar.entry({ name, type: 'directory', mode, gid });
      else tar.entry({ name, mode, gid }, file.text);
    }
  }
  tar.finalize();
  return buffer(tar);
}
