import { usageError } from './exit.ts';

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

const LIST = /^([^\s!=(),]+)\s+(in|notin)\s+\(([^()]*)\)$/;
const EQUALS = /^([^\s!=(),]+)\s*(==|=|!=)\s*([^\s!=(),]*)$/;
const EXISTS = /^(!?)\s*([^\s!=(),]+)$/;

function requirement(text: string): Requirement {
  const [, key = '', operator, list = ''] = LIST.exec(text) ?? [];
  if (operator !== undefined) {
    const values = new Set(list.split(',').map((value) => value.trim()));
    const among = (labels: Labels): boolean => Object.hasOwn(labels, key) && values.has(labels[key] ?? '');
    return (labels) => among(labels) === (operator === 'in');
  }
  const [, name = '', sign, value = ''] = EQUALS.exec(text) ?? [];
  if (sign !== undefined) return (labels) => (labels[name] === value) === (sign !== '!=');
  const [, not, present] = EXISTS.exec(text) ?? [];
  if (present !== undefined) return (labels) => Object.hasOwn(labels, present) === (not === '');
  throw usageError(
    `-l "${text}": expected requirements such as site=tokyo, site!=tokyo, "site in (tokyo,osaka)", site or !site`,
  );
}

/** Kubernetes' label selectors: requirements joined by commas, all of which must hold. @throws CliError (usage) */
export function parseSelector(text: string): (labels: Labels | undefined) => boolean {
  const requirements = text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(requirement);
  return (labels) => requirements.every((holds) => holds(labels ?? {}));
}
