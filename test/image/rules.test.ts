import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { folder } from '../peers/tools.ts';
import { dockerArchive, files, full, image, ociFiles, opened, someLayer } from './archive.ts';

/*
 * What the schemas of the OCI image specification ask of the files of an image (schema/*.json), one function a rule.
 */
type Rule = (value: unknown, where: string) => void;

const text: Rule = (value, where) => assert.equal(typeof value, 'string', where);
const whole: Rule = (value, where) => assert.ok(Number.isSafeInteger(value) && Number(value) >= 0, where);
const flag: Rule = (value, where) => assert.equal(typeof value, 'boolean', where);
const anything: Rule = () => {};
const like =
  (pattern: RegExp): Rule =>
  (value, where) =>
    assert.match(String(value), pattern, where);
const is =
  (wanted: unknown): Rule =>
  (value, where) =>
    assert.equal(value, wanted, where);
const list =
  (rule: Rule): Rule =>
  (value, where) => {
    assert.ok(Array.isArray(value), where);
    for (const [at, one] of value.entries()) rule(one, `${where}[${at}]`);
  };
const map =
  (rule: Rule): Rule =>
  (value, where) => {
    assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), where);
    for (const [key, one] of Object.entries(value)) rule(one, `${where}.${key}`);
  };
/** An object with some of these keys; those that end in ! must be there. */
const object =
  (rules: Record<string, Rule>): Rule =>
  (value, where) => {
    map(anything)(value, where);
    const fields = new Map(Object.entries(Object(value)));
    for (const [key, rule] of Object.entries(rules)) {
      const name = key.replace('!', '');
      if (fields.has(name)) rule(fields.get(name), `${where}.${name}`);
      else assert.ok(!key.endsWith('!'), `${where} has ${name}`);
    }
  };

const time = like(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
const mediaType = like(/^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/);
const platform = object({ 'architecture!': text, 'os!': text, variant: text });
const descriptor = object({
  'mediaType!': mediaType,
  'size!': whole,
  'digest!': like(/^sha256:[a-f0-9]{64}$/),
  annotations: map(text),
  platform,
});
const index = object({
  'schemaVersion!': is(2),
  mediaType: is('application/vnd.oci.image.index.v1+json'),
  'manifests!': list(descriptor),
});
const manifest = object({
  'schemaVersion!': is(2),
  mediaType: is('application/vnd.oci.image.manifest.v1+json'),
  'config!': descriptor,
  'layers!': list(descriptor),
  annotations: map(text),
});
const config = object({
  created: time,
  author: text,
  'architecture!': text,
  'os!': text,
  variant: text,
  config: object({
    User: text,
    ExposedPorts: map(object({})),
    Env: list(like(/^[^=]+=/)),
    Entrypoint: list(text),
    Cmd: list(text),
    Volumes: map(object({})),
    WorkingDir: text,
    Labels: map(text),
    StopSignal: text,
  }),
  'rootfs!': object({ 'type!': is('layers'), 'diff_ids!': list(like(/^sha256:[a-f0-9]{64}$/)) }),
  history: list(object({ created: time, author: text, created_by: text, comment: text, empty_layer: flag })),
});

test('an image is what the schemas of the specification ask for', async (t) => {
  const place = await folder(t);
  const given = {
    'one.tar': someLayer('one'),
    'base.tar': dockerArchive({ layers: [someLayer('two')], config: full }),
  };
  for (const [name, content] of Object.entries(given)) writeFileSync(join(place, name), content);
  const [layer, base] = [join(place, 'one.tar'), join(place, 'base.tar')];
  const every = [
    ...[
      '-t',
      'a:1',
      '-t',
      'b/c:2',
      '--entrypoint',
      'x',
      '--cmd',
      '[]',
      '-e',
      'A=',
      '-l',
      'a=',
      '-p',
      '1/udp',
      '-w',
      'x',
    ],
    ...['-u', '0', '--volume', '/v', '--stop-signal', '9', '--healthcheck', 'NONE', '--author', 'me', '-a', 'k=v'],
  ];
  const lines = [
    [],
    [layer, layer],
    ['--compress', 'gzip', layer, ...every],
    ['--base', base],
    ['--base', base, layer, ...every],
  ];
  for (const words of lines) {
    for (const format of ['oci', 'docker']) {
      const made = await opened(await image(place, ...words, '--format', format, '--platform', 'linux/amd64'));
      const where = `${words.join(' ')} ${format}`;
      index(made.index, where);
      manifest(made.manifest, where);
      config(made.config, where);
      assert.equal(made.docker === undefined, format === 'oci', 'a pure OCI archive has no manifest.json');
    }
  }
});

test('the name and digest of the base are those of this base, and not of the one below it', async (t) => {
  const place = await folder(t);
  const annotations = {
    'org.example.base': 'yes',
    'org.opencontainers.image.base.name': 'grandparent:1',
    'org.opencontainers.image.base.digest': `sha256:${'0'.repeat(64)}`,
  };
  const base = join(place, 'base.tar');
  const entries = ociFiles([{ layers: [someLayer('one')] }], { manifest: { annotations } });
  writeFileSync(base, files(...entries));
  const made = await opened(await image(place, '--base', base, '-l', 'a=b'));
  const told = new Map(Object.entries(made.manifest.annotations ?? {}));
  assert.deepEqual([...told.keys()].sort(), ['org.example.base', 'org.opencontainers.image.base.digest']);
  assert.equal(
    told.get('org.opencontainers.image.base.digest'),
    (await opened(files(...entries))).index.manifests[0]?.digest,
  );
});
