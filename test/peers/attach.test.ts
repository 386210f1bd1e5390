import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { item, tar } from './layer.ts';
import { registry } from './registry.ts';
import { port, serve } from './server.ts';
import { bash, find, folder, peers, run } from './tools.ts';

/*
 * What others see of what is attached: regctl, and oras where it is there, in two registries, of which neither says that
 * it notes subjects.
 */

async function craneRegistry(t: TestContext): Promise<string> {
  const number = await port();
  await serve(
    t,
    () => ['crane', 'registry', 'serve', '--address', `127.0.0.1:${number}`],
    async () => (await fetch(`http://127.0.0.1:${number}/v2/`).catch(() => undefined))?.ok === true,
  );
  return `127.0.0.1:${number}`;
}

for (const [name, open] of [
  ['docker-registry', registry],
  ['crane', craneRegistry],
] as const) {
  test(`attach: what others find in ${name}`, async (t) => {
    if (!peers(t, name, 'regctl')) return;
    const host = await open(t);
    const place = await folder(t);
    writeFileSync(join(place, 'l.tar'), tar({ dialect: 'pax', items: [item('file', 'etc/x', { content: 'x' })] }));
    const settings = { cwd: place, env: { REF: `${host}/a/b:1`, HOST: host, HOME: place } };
    const { stdout } = await bash(
      `layertool image -q -o i.tar l.tar
       layertool push i.tar $REF --attach <(layertool inspect --sbom spdx i.tar) --attach text/plain=l.tar
       layertool push i.tar $REF --attach <(layertool inspect --sbom cyclonedx i.tar)`,
      settings,
    );
    const [image, spdx, plain, again, cyclonedx] = stdout.toString().trim().split('\n');
    assert.equal(again, image);
    await bash('regctl registry set --tls disabled $HOST', settings);
    const list = `regctl artifact list --format '{{range .Descriptors}}{{.ArtifactType}} {{.Digest}}{{"\\n"}}{{end}}' $REF`;
    const digest = (line: string | undefined) => line?.replace(/^.*@/, '');
    const wanted = [
      `application/spdx+json ${digest(spdx)}`,
      `application/vnd.cyclonedx+json ${digest(cyclonedx)}`,
      `text/plain ${digest(plain)}`,
    ];
    const seen = async () => (await bash(list, settings)).stdout.toString().trim().split('\n').sort();
    assert.deepEqual(await seen(), wanted);
    const content = await bash(
      `regctl artifact get --subject $REF --filter-artifact-type application/spdx+json`,
      settings,
    );
    assert.match(content.stdout.toString(), /"SPDX-2\.3"/);
    // What others attach stays, and theirs goes on with ours.
    await bash(
      `echo theirs | regctl artifact put --artifact-type text/theirs --subject $REF
       layertool push -q i.tar $REF --attach text/ours=l.tar`,
      settings,
    );
    assert.deepEqual(
      (await seen()).map((line) => line.split(' ')[0]),
      [...['application/spdx+json', 'application/vnd.cyclonedx+json'], ...['text/ours', 'text/plain', 'text/theirs']],
    );
    if (find('oras') === undefined) return;
    const found = await run('oras', ['discover', '--plain-http', settings.env.REF], { env: { HOME: place } });
    for (const line of wanted) assert.ok(found.stdout.toString().includes(line.split(' ')[1]!));
  });
}
