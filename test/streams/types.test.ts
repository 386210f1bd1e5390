import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { attempt, folder, root } from '../peers/tools.ts';

const start = `
import { createReadStream, createWriteStream } from 'node:fs';
import { clampTimes, compress, mapEach, pack, pump, readLayer, unpack, type Entry } from 'layertool';
const input = createReadStream('in.tar');
const output = createWriteStream('out.tar');
`;

/** What the compiler says of a program of the library; nothing where it compiles. */
async function compiled(t: TestContext, program: string): Promise<string> {
  const cwd = await folder(t);
  writeFileSync(join(cwd, 'program.ts'), start + program);
  writeFileSync(join(cwd, 'package.json'), '{"type":"module"}');
  const options = { target: 'es2023', module: 'nodenext', types: ['node'], strict: true, noEmit: true };
  const compilerOptions = { ...options, paths: { layertool: [join(root, 'dist/types/index.d.ts')] } };
  writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  symlinkSync(join(root, 'node_modules'), join(cwd, 'node_modules'));
  const { stdout } = await attempt(join(root, 'node_modules/.bin/tsc'), ['-p', cwd], { cwd });
  return stdout.toString();
}

test('stages in their order compile, and entries have their type', async (t) => {
  const program = `
    await pump(input, unpack('in.tar'), clampTimes(0), undefined, pack(), compress('gzip'), output);
    for await (const entry of readLayer('in.tar')) entry.header.name.startsWith('a');
    const names = mapEach((entry: Entry) => Buffer.from(entry.header.name));
    await pump(readLayer('in.tar'), names, output);
  `;
  assert.equal(await compiled(t, program), '');
});

const wrong: [what: string, program: string][] = [
  ['entries into a file', "await pump(input, unpack('in.tar'), output);"],
  ['bytes packed', 'await pump(input, pack(), output);'],
  ['entries unpacked', "await pump(readLayer('in.tar'), unpack('in.tar'), pack(), output);"],
  ['a transform of entries behind pack', "await pump(input, unpack('in.tar'), pack(), clampTimes(0), output);"],
  ['a stage left out that changes the type', 'await pump(input, undefined, pack(), output);'],
  ['a field that entries do not have', "for await (const entry of readLayer('in.tar')) entry.size;"],
];

for (const [what, program] of wrong) {
  test(`does not compile: ${what}`, async (t) => {
    assert.match(await compiled(t, program), /program\.ts\(\d+,\d+\): error TS/);
  });
}
