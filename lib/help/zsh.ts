import type { FlagPage, ListedPage } from './page.ts';

/** Completions for zsh: to be sourced behind compinit, or kept as _layertool in a folder of $fpath. */
export function zshCompletion(commands: readonly ListedPage[]): string {
  return `#compdef layertool
# Completions of layertool for zsh.
_layertool() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(argumentsOf).join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _layertool "$@"
else
  compdef _layertool layertool
fi
`;
}

function argumentsOf({ name, flags, words }: ListedPage): string {
  const specs = [...flags.flatMap(flagSpecs), ...wordSpec(words)];
  return `    ${name})\n      _arguments -s -S \\\n${specs.map((spec) => `        ${quoted(spec)}`).join(' \\\n')}\n      ;;`;
}

function flagSpecs({ long, short, value, values, isRepeatable, help }: FlagPage): string[] {
  const about = `[${escaped(help)}]`;
  const action = value === undefined ? '' : `:${escaped(value)}:${actionOf(values)}`;
  return [...(short === undefined ? [] : [short]), long].map((name) => {
    // A value may stand in the same word: behind a short flag as it is, behind a long one with an =.
    const joint = value === undefined ? '' : name.startsWith('--') ? '=' : '+';
    return `${isRepeatable ? '*' : ''}${name}${joint}${about}${action}`;
  });
}

function wordSpec(words: ListedPage['words']): string[] {
  return words === undefined ? [] : [`*::${words === 'files' ? 'file' : 'word'}:${actionOf(words)}`];
}

function actionOf(values: readonly string[] | 'files' | 'directories' | undefined): string {
  if (values === 'files') return '_files';
  if (values === 'directories') return '_files -/';
  return values === undefined ? ' ' : `(${values.join(' ')})`;
}

/** Inside a specification of _arguments. */
function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
