import { type Command, Option } from 'commander';
import type { ImportOptions } from '../actions/image-import.ts';
import type { ImageListOptions } from '../actions/image-list.ts';
import { ENGINES_NOTE, exampleText } from '../help.ts';
import { addSettings } from '../options.ts';
import { type CliContext, Session } from '../session.ts';

export function registerImage(program: Command, context: CliContext): void {
  const image = program
    .command('image')
    .summary('bring images to the nodes, and see where they are')
    .description('Images of routers, hosts and helpers on the nodes of the Swarm.')
    .addHelpText(
      'after',
      exampleText([
        ['hinge image import vyos-1.4.iso', 'make an image of an ISO image, on every node'],
        ['hinge image list', 'where an image is missing'],
      ]),
    );
  const importing = image
    .command('import')
    .summary('put an image onto every node')
    .description(
      'Makes an image of a file, and puts it onto every node of HINGE_NODES under one name. The file is an ISO image of a live ' +
        'system, such as VyOS, whose root file system is taken out of its squashfs; a squashfs; a tar of a root file system; or an ' +
        'archive of docker save. Nothing is unpacked to disk here. The same file is the same image everywhere, and a node that has it is left ' +
        'alone. Exit codes: 0 every node has it, 1 some do not, and are named.',
    )
    .argument('<file>', 'ISO image, squashfs, tar of a root file system, or archive of docker save')
    .option('--tag <name>', 'name of the image (default: of the file name, vyos-1.4.iso is hinge/vyos:1.4)')
    .addHelpText(
      'after',
      `${exampleText([
        ['hinge image import vyos-1.4.iso', 'an ISO image of VyOS, as hinge/vyos:1.4'],
        ['hinge image import filesystem.squashfs --tag hinge/vyos:1.4', 'its root file system alone'],
        [
          'docker save -o frr.tar quay.io/frrouting/frr:10.2.1 && hinge image import frr.tar',
          'an image of this machine',
        ],
      ])}\nIt needs the engines only (HINGE_NODES), no etcd; and for ISO images bsdtar (Debian: libarchive-tools), for squashfs sqfs2tar (squashfs-tools-ng).\n`,
    )
    .action(async (file: string, options: ImportOptions, command: Command) => {
      const { importImage } = await import('../actions/image-import.ts');
      await importImage(new Session(context, command), file, options);
    });
  addSettings(importing, 'engines');
  const listing = image
    .command('list')
    .summary('which node has which image of the testbed')
    .description(
      'Shows the images of the routers, hosts and helpers that are planned, and for each node the id of what it has under that name.',
    )
    .addOption(new Option('-o, --output <format>', 'how to show it').choices(['json']))
    .addHelpText('after', exampleText([['hinge image list', 'where an image is missing']]) + ENGINES_NOTE)
    .action(async (options: ImageListOptions, command: Command) => {
      const { listImages } = await import('../actions/image-list.ts');
      await listImages(new Session(context, command), options);
    });
  addSettings(listing, 'engines');
}
