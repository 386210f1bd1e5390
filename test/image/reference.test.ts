import assert from 'node:assert/strict';
import test from 'node:test';
import { UsageError } from '../../lib/errors.ts';
import { parseTag } from '../../lib/image/reference.ts';

/** As docker lists a name, and as it is in full. */
const tags: [given: string, familiar: string, full: string][] = [
  ['app', 'app:latest', 'docker.io/library/app:latest'],
  ['app:1.0_x-y', 'app:1.0_x-y', 'docker.io/library/app:1.0_x-y'],
  ['me/app', 'me/app:latest', 'docker.io/me/app:latest'],
  ['a/b/c:1', 'a/b/c:1', 'docker.io/a/b/c:1'],
  ['docker.io/library/app:1', 'app:1', 'docker.io/library/app:1'],
  ['index.docker.io/me/app', 'me/app:latest', 'docker.io/me/app:latest'],
  ['registry.example/app', 'registry.example/app:latest', 'registry.example/app:latest'],
  ['registry.example/team/app:1', 'registry.example/team/app:1', 'registry.example/team/app:1'],
  ['registry.example:5000/a/b/c', 'registry.example:5000/a/b/c:latest', 'registry.example:5000/a/b/c:latest'],
  ['localhost/app', 'localhost/app:latest', 'localhost/app:latest'],
  ['localhost:5000/app:1', 'localhost:5000/app:1', 'localhost:5000/app:1'],
  ['[::1]:5000/app', '[::1]:5000/app:latest', '[::1]:5000/app:latest'],
  ['a__b/c--d.e', 'a__b/c--d.e:latest', 'docker.io/a__b/c--d.e:latest'],
];

for (const [given, familiar, full] of tags) {
  test(`tag: ${given}`, () => {
    const { tag, ...found } = parseTag(given);
    assert.deepEqual(found, { familiar, full });
    assert.ok(full.endsWith(`:${tag}`));
  });
}

test('tags that are none', () => {
  const none = [
    '',
    'App',
    'a:',
    'a b',
    'a//b',
    '/a',
    'a/',
    '-a',
    'a:-x',
    `a:${'x'.repeat(129)}`,
    'a@sha256:0',
    'a___b',
    'a:b:c',
    'registry.example:port/a',
  ];
  for (const text of none) assert.throws(() => parseTag(text), UsageError, text);
});
