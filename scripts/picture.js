// Writes docs/inspect.svg: a terminal with what `layertool inspect` really says of an image, which is made here of files of
// fixed sizes. `npm run picture`; the build must be there.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

// Modes are told too.
process.umask(0o022);
const cli = resolve('dist/cli.js');
const place = mkdtempSync(join(tmpdir(), 'layertool-picture-'));
const bash = (line) =>
  execFileSync('bash', ['-euo', 'pipefail', '-c', `layertool() { "${process.execPath}" "${cli}" "$@"; }\n${line}`], {
    cwd: place,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, SOURCE_DATE_EPOCH: '0' },
  }).toString();

/** A file that is all zeros: what is told of it is its size. */
function file(path, size) {
  mkdirSync(dirname(join(place, path)), { recursive: true });
  writeFileSync(join(place, path), Buffer.alloc(size));
}

let text;
try {
  file('base/usr/bin/python3.13', 6_831_736);
  file('base/usr/lib/x86_64-linux-gnu/libcrypto.so.3', 4_709_128);
  file('base/usr/lib/x86_64-linux-gnu/libc.so.6', 1_922_136);
  file('base/usr/share/doc/changelog.gz', 1_204_877);
  file('packages/usr/local/lib/python3.13/site-packages/numpy/core/_multiarray.so', 7_418_113);
  file('packages/usr/local/lib/python3.13/site-packages/pydantic_core/_core.so', 4_624_016);
  file('service/usr/local/bin/server', 2_318_240);
  file('service/etc/server.conf', 412);
  const layer = (name) => `<(layertool dir ${name} --chown 0)`;
  text = bash(`
    layertool image ${layer('base')} --created-by 'debian:13-slim' -o base.tar
    layertool image --base base.tar ${layer('packages')} --created-by 'layertool wheel --lock uv.lock' -o packages.tar
    layertool image --base packages.tar <(layertool squash ${layer('service')} <(layertool filter --whiteout usr/share/doc)) \\
      --created-by 'layertool file server' -t team/server:2.4 --entrypoint /usr/local/bin/server -u nonroot -p 8080 -o app.tar
    layertool inspect app.tar`);
} finally {
  rmSync(place, { recursive: true });
}

const [LINE, COLUMN, MARGIN, TOP] = [18, 7.83, 22, 58];
const lines = ['$ layertool inspect app.tar', ...text.trimEnd().split('\n')];
const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * COLUMN + 2 * MARGIN);
const height = TOP + lines.length * LINE + 10;
const escaped = (words) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A line with its bar as a bar, headings and names set off. */
function drawn(line, at) {
  const y = TOP + at * LINE;
  const bar = /#+/.exec(line);
  const shape = bar
    ? `<rect x="${(MARGIN + bar.index * COLUMN).toFixed(1)}" y="${y - 11}" width="${(bar[0].length * COLUMN).toFixed(1)}" height="12" rx="3" fill="#58a6ff"/>`
    : '';
  const kind = at === 0 ? 'typed' : /^\S.*$/.test(line) && !/^\S+( \S+)? {2,}/.test(line) ? 'heading' : '';
  const key = kind === '' ? /^(\S+(?: \S+)?)( {2,}.*)$/.exec(line) : null;
  const words = bar ? line.replace(/#/g, ' ') : line;
  const inside = key ? `<tspan class="key">${escaped(key[1])}</tspan>${escaped(key[2])}` : escaped(words);
  return `${shape}<text x="${MARGIN}" y="${y}"${kind && ` class="${kind}"`}>${inside}</text>`;
}

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="What layertool inspect says of an image">
<style>
text { font: 13px ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #c9d1d9; white-space: pre }
.typed { fill: #7ee787 } .heading { fill: #ffffff; font-weight: bold } .key { fill: #8b949e }
</style>
<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>
<circle cx="24" cy="22" r="6" fill="#ff5f57"/><circle cx="44" cy="22" r="6" fill="#febc2e"/><circle cx="64" cy="22" r="6" fill="#28c840"/>
${lines.map(drawn).join('\n')}
</svg>
`;
writeFileSync(process.argv[2] ?? 'docs/inspect.svg', svg);
