import { flagNames, type ListedPage } from './page.ts';

/** Completions for bash: to be sourced, or kept where bash-completion looks for them. */
export function bashCompletion(commands: readonly ListedPage[]): string {
  return `# Completions of layertool for bash.
_layertool() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  # bash parts words at =.
  if [[ $current == = ]]; then current=
  elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${['help', '--help', '--version', ...commands.map(({ name }) => name)].join(' ')}' -- "$current"))
    return
  fi
  case $command:$previous in
${commands.flatMap(valueCases).join('\n')}
  esac
  case $command:$current in
${commands.map(flagCase).join('\n')}
${commands.flatMap(wordCase).join('\n')}
  esac
}
complete -o bashdefault -o default -F _layertool layertool
`;
}

/** Files are what bash completes where nothing is said. */
function valueCases({ name, flags }: ListedPage): string[] {
  return flags.flatMap((flag) => {
    if (flag.value === undefined) return [];
    const names = flagNames(flag)
      .map((word) => `${name}:${word}`)
      .join('|');
    const { values } = flag;
    return values === undefined || values === 'files'
      ? `    ${names}) return ;;`
      : `    ${names}) ${reply(values)}; return ;;`;
  });
}

function flagCase({ name, flags }: ListedPage): string {
  return `    ${name}:-*) ${reply(flags.flatMap(flagNames))} ;;`;
}

function wordCase({ name, words }: ListedPage): string[] {
  if (words === undefined || words === 'files') return [];
  if (words === 'directories') return [`    ${name}:*) COMPREPLY=($(compgen -d -- "$current")) ;;`];
  return [`    ${name}:*) ${reply(words)} ;;`];
}

function reply(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$current"))`;
}
