import { type Command, InvalidArgumentError, Option } from 'commander';
import { settingNote } from './help.ts';
import { SETTINGS, type SettingName } from './setting-names.ts';

/** Adds the flags of one scope of settings; their values reach config.ts under the settings' own keys. */
export function addSettings(command: Command, scope: SettingName['scope']): void {
  for (const [key, setting] of Object.entries(SETTINGS) as [string, SettingName][]) {
    if (setting.scope !== scope || setting.flag === undefined) continue;
    const option = new Option(setting.flag, `${setting.description} ${settingNote(setting)}`);
    if (option.attributeName() !== key)
      throw new Error(`${setting.flag} does not lead to the setting ${key}`);
    command.addOption(option);
  }
}

/** For options that may be given several times. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** How long a command waits at most. @param fallback such as `5m`. */
export const timeoutOption = (fallback: string, note = ''): Option =>
  new Option('--timeout <duration>', `how long to wait at most${note}`)
    .argParser(parseTimeout)
    .default(parseTimeout(fallback), fallback);

/** `60s`, `5m`, also plain seconds; as milliseconds. */
function parseTimeout(text: string): number {
  const [, amount, unit = 's'] = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('Expected a duration such as 60s or 5m.');
  return Number(amount) * (UNITS[unit] ?? 1);
}
