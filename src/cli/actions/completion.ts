import type { Command } from 'commander';
import { KINDS } from '../../api/object.ts';

/** Commands whose first word after the options is a kind, and the further ones names of that kind. */
const TAKES_OBJECTS: ReadonlySet<string> = new Set(['get', 'describe', 'delete', 'wait', 'events']);

const flagsOf = (command: Command): string =>
  command.options
    .flatMap(({ short, long }) => [short, long])
    .filter((flag) => flag !== undefined)
    .join(' ');

/**
 * A completion function in bash, which zsh runs through its own bashcompinit. Names of objects are asked of hinge itself,
 * so they are right for the etcd in use; without etcd there are just none.
 */
function bash(program: Command): string {
  const name = program.name();
  const commands = program.commands.filter((command) => command.name() !== 'help');
  const kinds = Object.values(KINDS).flatMap(({ plural, short }) => [plural.slice(0, -1), plural, short]);
  const cases = commands
    .filter((command) => command.name() !== 'completion')
    .map((command) => {
      const flags = `${flagsOf(command)} --help`;
      return `    ${command.name()}) flags='${flags}'; objects=${TAKES_OBJECTS.has(command.name()) ? '1' : ''} ;;`;
    });
  return `# ${name} completion; source it, or put it where your shell looks for completions.
_${name}() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command='' kind='' flags='' objects='' i
  local global='${flagsOf(program)}'
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      -*) ;;
      *) if [[ -z $command ]]; then command=\${COMP_WORDS[i]}; elif [[ -z $kind ]]; then kind=\${COMP_WORDS[i]}; fi ;;
    esac
  done
  COMPREPLY=()
  case $previous in
    -f | --filename | --*-ca | --*-cert | --*-key | --*-file) COMPREPLY=($(compgen -f -- "$word")); return ;;
    -o | --output) COMPREPLY=($(compgen -W 'wide yaml json name' -- "$word")); return ;;
  esac
  if [[ -z $command ]]; then
    COMPREPLY=($(compgen -W '${commands.map((command) => command.name()).join(' ')} '"$global" -- "$word"))
    return
  fi
  case $command in
${cases.join('\n')}
    completion) COMPREPLY=($(compgen -W 'bash zsh' -- "$word")); return ;;
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$flags $global" -- "$word"))
  elif [[ -n $objects && -z $kind ]]; then
    COMPREPLY=($(compgen -W '${kinds.join(' ')} all' -- "$word"))
  elif [[ -n $objects ]]; then
    COMPREPLY=($(compgen -W "$(${name} get "$kind" -o name 2>/dev/null | sed 's|.*/||')" -- "$word"))
  fi
}
complete -o default -F _${name} ${name}
`;
}

export const completionScript = (program: Command, shell: 'bash' | 'zsh'): string =>
  shell === 'bash'
    ? bash(program)
    : `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(program)}`;
