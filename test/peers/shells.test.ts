import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { bash, folder, layertool, peers, run } from './tools.ts';

/** Lines to be completed, and among what they offer in every shell. */
const lines: [line: string, offered: string[]][] = [
  ['layertool squ', ['squash']],
  ['layertool image --compre', ['--compress']],
  ['layertool image --compress ', ['auto', 'none', 'gzip', 'zstd']],
  ['layertool pull --platform linux/arm', ['linux/arm64', 'linux/arm/v7']],
  ['layertool completion ', ['bash', 'zsh', 'fish']],
  ['layertool squash a-fil', ['a-file.tar']],
  ['layertool image --base a-fil', ['a-file.tar']],
];

async function completions(t: TestContext, shell: string): Promise<string> {
  const cwd = await folder(t);
  writeFileSync(join(cwd, 'a-file.tar'), '');
  writeFileSync(join(cwd, 'completions'), (await layertool(['completion', shell])).stdout);
  return cwd;
}

test('completions for bash', async (t) => {
  if (!peers(t, 'bash')) return;
  const cwd = await completions(t, 'bash');
  for (const [line, offered] of lines) {
    // Where the function says nothing, bash completes files, as it was told to.
    const script = `
      source ./completions
      complete -p layertool | grep -q -- '-o default'
      read -ra COMP_WORDS <<< '${line}'
      [[ '${line}' == *' ' ]] && COMP_WORDS+=('')
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      _layertool
      ((\${#COMPREPLY[@]})) || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await bash(script, { cwd });
    assert.deepEqual(stdout.toString().trim().split('\n'), offered, line);
  }
  // bash parts words at =.
  const parted = `
    source ./completions
    COMP_WORDS=(layertool image --compress = g)
    COMP_CWORD=4
    _layertool
    echo "\${COMPREPLY[@]}"`;
  assert.equal((await bash(parted, { cwd })).stdout.toString(), 'gzip\n');
});

test('completions for zsh', async (t) => {
  if (!peers(t, 'zsh')) return;
  const cwd = await completions(t, 'zsh');
  // A terminal in which a person types a line and a tab: what zsh then offers is on it.
  const script = `
    zmodload zsh/zpty
    zpty typed 'zsh -f -i'
    say() { zpty -w typed "$1" }
    say 'PS1= ; stty columns 200; autoload -U compinit; compinit -u -D; source ./completions; LISTMAX=1000; setopt autolist; echo ready'
    zpty -r typed text '*ready*ready*'
    zpty -w -n typed $1$'\t'
    repeat 15; do
      sleep 0.1
      while zpty -r -t typed text; do print -rn -- $text; done
    done
    zpty -d typed`;
  for (const [line, offered] of lines) {
    const { stdout } = await run('zsh', ['-f', '-c', script, 'zsh', line], { cwd });
    for (const word of offered) assert.ok(stdout.toString().includes(word), `${line}: ${stdout}`);
  }
});

test('completions for fish', async (t) => {
  if (!peers(t, 'fish')) return;
  const cwd = await completions(t, 'fish');
  for (const [line, offered] of lines) {
    const { stdout } = await run('fish', ['--no-config', '-c', `source ./completions; complete -C '${line}'`], { cwd });
    const words = stdout
      .toString()
      .trim()
      .split('\n')
      .map((text) => text.split('\t')[0]);
    assert.deepEqual(words.toSorted(), offered.toSorted(), line);
  }
});

test('manual pages are clean, and tell every flag', async (t) => {
  if (!peers(t, 'mandoc')) return;
  const cwd = await folder(t);
  const help = (await layertool(['--help'])).stdout.toString();
  const commands = [...help.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name = '']) => name);
  assert.ok(commands.length > 14);
  for (const name of ['', ...commands]) {
    const page = (await layertool(['man', ...(name === '' ? [] : [name])])).stdout;
    writeFileSync(join(cwd, 'page.1'), page);
    assert.equal((await run('mandoc', ['-Tlint', 'page.1'], { cwd })).stdout.toString(), '', name);
    const shown = (await run('mandoc', ['-Tascii', 'page.1'], { cwd })).stdout
      .toString()
      .split('\b')
      .map((part, at, all) => (at + 1 < all.length ? part.slice(0, -1) : part))
      .join('');
    const told = name === '' ? commands.map((command) => `layertool-${command}(1)`) : await flagsOf(name);
    for (const word of told) assert.ok(shown.includes(word), `${name}: ${word}`);
  }
});

async function flagsOf(command: string): Promise<string[]> {
  const help = (await layertool([command, '--help'])).stdout.toString();
  return [...help.matchAll(/^ {2}(?:-\S, | {4})(--\S+)/gm)].map(([, flag = '']) => flag);
}
