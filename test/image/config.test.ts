import assert from 'node:assert/strict';
import test from 'node:test';
import { tried } from '../command.ts';
import { type Base, configOf, dockerArchive, full } from './archive.ts';
import { given, one, two } from './given.ts';

const { Cmd: _, ...withoutCmd } = full;
const flags: [words: string[], scratch: object, based: object][] = [
  [['--entrypoint', '/app'], { Entrypoint: ['/app'] }, { ...withoutCmd, Entrypoint: ['/app'] }],
  [
    ['--entrypoint', '["/app","a,b",""]'],
    { Entrypoint: ['/app', 'a,b', ''] },
    { ...withoutCmd, Entrypoint: ['/app', 'a,b', ''] },
  ],
  [
    ['--entrypoint=/app', '--cmd=-v'],
    { Entrypoint: ['/app'], Cmd: ['-v'] },
    { ...full, Entrypoint: ['/app'], Cmd: ['-v'] },
  ],
  [['--cmd', '["a b"]'], { Cmd: ['a b'] }, { ...full, Cmd: ['a b'] }],
  [['--cmd', '[]'], {}, withoutCmd],
  [
    ['-e', 'A=x=y', '-e', 'C=3,4', '--env', 'C=5'],
    { Env: ['A=x=y', 'C=5'] },
    { ...full, Env: ['PATH=/bin', 'A=x=y', 'B=2', 'C=5'] },
  ],
  [['--env-clear', '-e', 'Z='], { Env: ['Z='] }, { ...full, Env: ['Z='] }],
  [['-w', 'sub/../x'], { WorkingDir: '/x' }, { ...full, WorkingDir: '/srv/x' }],
  [['-w', '/abs/'], { WorkingDir: '/abs' }, { ...full, WorkingDir: '/abs' }],
  [['-u', '1000:1000'], { User: '1000:1000' }, { ...full, User: '1000:1000' }],
  [['--user', '0'], { User: '0' }, { ...full, User: '0' }],
  [['-l', 'b=x,y', '-l', 'c=='], { Labels: { b: 'x,y', c: '=' } }, { ...full, Labels: { a: '1', b: 'x,y', c: '=' } }],
  [
    ['-p', '80', '-p', '53/udp', '-p', '8000-8001'],
    { ExposedPorts: { '80/tcp': {}, '53/udp': {}, '8000/tcp': {}, '8001/tcp': {} } },
    { ...full, ExposedPorts: { '80/tcp': {}, '53/udp': {}, '8000/tcp': {}, '8001/tcp': {} } },
  ],
  [['--volume', '/data,1'], { Volumes: { '/data,1': {} } }, { ...full, Volumes: { '/v': {}, '/data,1': {} } }],
  [['--stop-signal', 'SIGTERM'], { StopSignal: 'SIGTERM' }, { ...full, StopSignal: 'SIGTERM' }],
  [
    [
      '--healthcheck',
      'curl -f x',
      '--healthcheck-timeout',
      '1m30s',
      '--healthcheck-start-period',
      '500ms',
      '--healthcheck-interval=5s',
      '--healthcheck-retries',
      '3',
    ],
    { Healthcheck: { Test: ['CMD-SHELL', 'curl -f x'], Interval: 5e9, Timeout: 90e9, StartPeriod: 5e8, Retries: 3 } },
    {
      ...full,
      Healthcheck: { Test: ['CMD-SHELL', 'curl -f x'], Interval: 5e9, Timeout: 90e9, StartPeriod: 5e8, Retries: 3 },
    },
  ],
  [
    ['--healthcheck', '["/check","-q"]'],
    { Healthcheck: { Test: ['CMD', '/check', '-q'] } },
    { ...full, Healthcheck: { Test: ['CMD', '/check', '-q'] } },
  ],
  [['--author', 'Ann'], {}, full],
];

for (const [words, scratch, based] of flags) {
  test(`config: ${words.join(' ')}`, async (t) => {
    const { make } = await given(t, { 'base.tar': dockerArchive({ layers: [one], config: full }) });
    assert.deepEqual((await make(...words)).config.config, scratch);
    const { config } = await make('--base', 'base.tar', ...words);
    assert.deepEqual(config.config, based, 'on a base');
    assert.deepEqual(config['x-unknown'], { kept: [1, '2'] });
    assert.equal(config.author, words[0] === '--author' ? 'Ann' : undefined);
  });
}

test('a base without changes keeps its config byte for byte', async (t) => {
  const base: Base = { layers: [one, two], config: full };
  const { make } = await given(t, { 'base.tar': dockerArchive(base) });
  const made = await make('--base', 'base.tar', '-t', 'again');
  assert.equal(made.configText, configOf(base));
  assert.deepEqual(made.layers, [one, two]);
  assert.deepEqual(made.docker?.[0]?.RepoTags, ['again:latest']);
});

test('history, author and annotations', async (t) => {
  const history = [{ created_by: 'a' }, { created_by: 'ENV', empty_layer: true }, { created_by: 'b' }];
  const { make } = await given(t, {
    'base.tar': dockerArchive({ layers: [one, two], history }),
    'short.tar': dockerArchive({ layers: [one, two], history: [] }),
  });
  const made = await make(
    '--base',
    'base.tar',
    'one.tar',
    'two.tar',
    '--created-by',
    'me',
    '--author',
    'Ann',
    '-a',
    'k=v,w',
    '--annotation=k2=',
  );
  const added = { created: '1970-01-01T00:00:00Z', created_by: 'me', author: 'Ann' };
  assert.deepEqual(made.config.history, [...history, added, added]);
  assert.equal(made.manifest.annotations?.['k'], 'v,w');
  assert.equal(made.manifest.annotations?.['k2'], '');
  assert.equal(made.manifest.annotations?.['org.opencontainers.image.base.name'], 'base:1');
  assert.equal(
    (await make('--base', 'short.tar', 'one.tar')).config.history?.length,
    3,
    'a base that tells less is filled up',
  );
});

test('--entrypoint says that it clears the cmd of the base', async (t) => {
  const { path } = await given(t, { 'base.tar': dockerArchive({ layers: [one], config: full }) });
  const { stderr } = await tried(['image', '--base', path('base.tar'), '--entrypoint', 'x', '-o', path('out')]);
  assert.match(stderr, /^layertool image: --entrypoint clears the base's cmd\n$/);
  const quiet = await tried(['image', '--base', path('base.tar'), '--entrypoint', 'x', '-q', '-o', path('out')]);
  assert.equal(quiet.stderr, '');
});
