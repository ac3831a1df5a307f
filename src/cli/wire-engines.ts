import { openImageFile, type OpenOptions } from '../adapters/image-file/open.ts';
import { ImageFileError } from '../adapters/image-file/error.ts';
import type { ImageFile } from '../ports/image-file.ts';
import type { ImageLoader } from '../ports/image-loader.ts';
import type { NodeEngine } from '../ports/node-engine.ts';
import { SystemClock } from '../runtime/system-clock.ts';
import type { SettingsWithNodes } from './config.ts';
import { CliError } from './exit.ts';
import { openFleet } from './wire-fleet.ts';
import { quiet } from './wire-store.ts';

/** The engines for a command that puts images there. Both by node. */
export interface OpenEngines {
  readonly engines: ReadonlyMap<string, NodeEngine>;
  readonly loaders: ReadonlyMap<string, ImageLoader>;
  /** @throws CliError when the file cannot be used */
  readonly openImageFile: (path: string, options: OpenOptions) => Promise<ImageFile>;
}

/** Opens the engines, and closes them after `use`. */
export async function withEngines<T>(
  settings: SettingsWithNodes,
  use: (open: OpenEngines) => Promise<T>,
): Promise<T> {
  const fleet = openFleet(
    { ...settings.docker, prefix: settings.prefix, mayChange: () => undefined },
    { clock: new SystemClock(), logger: quiet },
  );
  try {
    return await use({
      engines: fleet.engines,
      loaders: fleet.loaders,
      openImageFile: async (path, options) => {
        try {
          return await openImageFile(path, options);
        } catch (error) {
          if (error instanceof ImageFileError) throw new CliError(error.message, undefined, { cause: error });
          throw error;
        }
      },
    });
  } finally {
    await fleet.close();
  }
}
