import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { bash, cli, folder, peers, run } from './tools.ts';

/*
 * Terminals of tmux, in which a person types a line and looks. Inputs are FIFOs that the test's lines fill slowly: how far
 * the work is depends on what has been written, not on how fast this machine is.
 */

const [COLUMNS, ROWS] = [110, 24];

interface Terminal {
  readonly place: string;
  /** Types a line. */
  type(line: string): Promise<void>;
  /** Waits until what is seen is so, and gives it. */
  see(what: RegExp): Promise<string>;
  screen(): Promise<string>;
}

async function terminal(t: TestContext): Promise<Terminal> {
  let socket = '';
  const tmux = (...words: string[]) => run('tmux', ['-S', socket, '-f', '/dev/null', ...words]);
  // Before its folder is removed.
  t.after(() => tmux('kill-server').catch(() => {}));
  const place = await folder(t);
  socket = join(place, 'tmux');
  const bin = join(place, 'bin');
  mkdirSync(bin);
  const program = `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`;
  writeFileSync(join(bin, 'layertool'), program, { mode: 0o755 });
  const variables = { LC_ALL: 'C.UTF-8', TMPDIR: place };
  const settings = Object.entries(variables).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  await tmux(
    'new-session',
    '-d',
    '-x',
    `${COLUMNS}`,
    '-y',
    `${ROWS}`,
    ...settings,
    '-c',
    place,
    'bash --norc --noprofile',
  );
  const screen = async () => (await tmux('capture-pane', '-p')).stdout.toString().trimEnd();
  return {
    place,
    screen,
    async type(line) {
      await tmux('send-keys', '-l', line);
      await tmux('send-keys', 'Enter');
    },
    async see(what) {
      for (;;) {
        const seen = await screen();
        if (what.test(seen)) return seen;
        if (t.signal.aborted) throw new Error(`never seen: ${what}\n${seen}`);
        await new Promise((wake) => setTimeout(wake, 50));
      }
    },
  };
}

/** `layer NAME SIZE` makes a layer of so many zeros, and `slowly FILE` writes a megabyte, and the rest once `go` is there. */
const functions = `
PATH=$PWD/bin:$PATH PS1='$ '
layer() { truncate -s $2 body-$1; tar -cf $1.tar body-$1; }
slowly() { head -c 1000000 "$1"; until [ -e go ]; do sleep 0.05; done; tail -c +1000001 "$1"; }
layer first 2M
layer second 3M
`;

async function prepared(t: TestContext): Promise<Terminal> {
  const made = await terminal(t);
  writeFileSync(join(made.place, 'functions'), functions);
  await made.type('. ./functions; clear; echo ready');
  await made.see(/^ready$/m);
  await made.type('clear');
  // What is typed before the shell waits for it would be seen twice.
  await made.see(/^\$$/);
  return made;
}

const limits = { timeout: 40_000 };

test('a line an input: a file by its name, a pipe by its command, with what has been read', limits, async (t) => {
  if (!peers(t, 'tmux', 'bash', 'tar')) return;
  const { place, type, see } = await prepared(t);
  await type('layertool image --compress gzip first.tar <(slowly second.tar) -o image.tar; echo "status $?"');
  const seen = await see(/first\.tar +\[=+\] 100%[^\n]*\n[^\n]* 1\.0 MB/);
  assert.match(seen, /^first\.tar +\[=+\] 100% of 2\.1 MB$/m);
  // It is a function of this shell: the program that sleeps in it is its last.
  assert.match(seen, /^(bash|sleep|\/dev\/fd\/)[^\n]* 1\.0 MB/m);
  assert.doesNotMatch(seen, /written|status \d/);
  writeFileSync(join(place, 'go'), '');
  const ended = await see(/status \d/);
  assert.match(ended, /^status 0$/m);
  assert.doesNotMatch(ended, /MB|waiting|\[=/, 'nothing of it is left');
});

test('layertools of one pipeline share the terminal, and what one of them says stays', limits, async (t) => {
  if (!peers(t, 'tmux', 'bash', 'tar')) return;
  const { place, type, see, screen } = await prepared(t);
  // A script has one process group, and so one foreground, with all that runs in it.
  const pipeline = `. ./functions
layertool image <(layertool squash <(slowly second.tar)) <(layertool squash <(slowly first.tar)) \\
  <(sleep 3; layertool squash nothing.tar) > image.tar
echo "status $?"
touch go
wait
`;
  writeFileSync(join(place, 'pipeline'), pipeline);
  await type('bash ./pipeline; echo over');
  // Which of them has the first turn, nobody knows.
  await see(/ (1\.0 MB|waiting)$/m);
  const forms = [
    /^\$( |$)|^$|^over$/,
    /^\S.* +(waiting|\[[= ]{20}\] +\d+% of \d\.\d MB.*|\d+(\.\d)? [kM]?B( written)?( +[\d.]+ [kM]?B\/s)?)$/,
    /^layertool image: \/dev\/fd\/\d+: is empty$|^hint: did the command|^status 1$/,
    /^layertool squash: nothing\.tar: no such file or directory$/,
  ];
  let isTold = false;
  for (let sample = 0; sample < 40 && !isTold; sample++) {
    const seen = await screen();
    for (const line of seen.split('\n')) {
      assert.ok(
        forms.some((form) => form.test(line)),
        `${JSON.stringify(line)} in\n${seen}`,
      );
    }
    isTold = /^layertool squash: nothing\.tar: no such file or directory$/m.test(seen);
    await new Promise((wake) => setTimeout(wake, 100));
  }
  const ended = await see(/^over$/m);
  assert.match(ended, /^layertool squash: nothing\.tar: no such file or directory$/m);
  assert.match(ended, /^layertool image: \/dev\/fd\/\d+: is empty$/m);
  assert.match(ended, /^status 1$/m);
  assert.doesNotMatch(ended, /MB|waiting/, 'nothing of it is left');
});

test('plain progress is lines for a log, and none is nothing', limits, async (t) => {
  if (!peers(t, 'bash', 'tar')) return;
  const cwd = await folder(t);
  writeFileSync(join(cwd, 'functions'), functions);
  const start = '. ./functions; (sleep 6; touch go) & ';
  const plain = await bash(`${start} layertool squash --progress plain <(slowly second.tar) -o out.tar`, { cwd });
  assert.match(plain.stderr, /^layertool squash: \S.* 1\.0 MB\nlayertool squash: 3\.1 MB written, \d+ s\n$/);
  const none = await bash('rm out.tar; layertool squash --progress none second.tar -o out.tar', { cwd });
  assert.equal(none.stderr, '');
});
