import { execa } from 'execa';

/** Runs a program whose output matters only when it fails; then its end says why. */
export async function run(command: string, args: readonly string[]): Promise<void> {
  const result = await execa(command, args, { all: true, reject: false });
  if (result.failed)
    throw new Error(`${result.shortMessage}\n${result.all.split('\n').slice(-15).join('\n')}`);
}
