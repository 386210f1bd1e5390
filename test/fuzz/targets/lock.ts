import { FormatError } from '../../../lib/errors.ts';
import { choose } from '../../../lib/lock/choose.ts';
import { environmentOf, holds, withSets } from '../../../lib/lock/environment.ts';
import { parseMarker } from '../../../lib/lock/marker.ts';
import { pick } from '../../../lib/lock/pick.ts';
import { selectFrom } from '../../../lib/lock/select.ts';
import { officialTarget } from '../../../lib/python/target.ts';
import { Broken, outcomeOf } from '../judges/broken.ts';
import { mutateText } from '../mutate/text.ts';
import type { Target } from '../target.ts';

const NAME = 'the.lock';
const hash = 'ab'.repeat(32);

const pylock = `lock-version = "1.0"
created-by = "x"
requires-python = ">=3.9"
environments = ["sys_platform == 'linux'"]
extras = ["db"]
dependency-groups = ["dev"]
default-groups = ["dev"]

[[packages]]
name = "a.b"
version = "1.0"
marker = "'db' in extras or python_full_version >= '3.10'"
wheels = [
  { name = "a_b-1.0-py3-none-any.whl", path = "w/a_b-1.0-py3-none-any.whl", size = 7, hashes = { sha256 = "${hash}" } },
  { url = "https://x.example/a_b-1.0-2-cp312-cp312-manylinux_2_17_x86_64.whl", hashes = { sha256 = "${hash}", md5 = "00" } },
]

[[packages]]
name = "c"
archive = { url = "https://x.example/c-2-py3-none-any.whl", hashes = { sha512 = "${hash}${hash}" } }
`;
const uv = `version = 1
revision = 3
requires-python = ">=3.9"
conflicts = [[{ package = "app", extra = "one" }, { package = "app", group = "two" }]]

[[package]]
name = "app"
version = "0"
source = { editable = "." }
dependencies = [{ name = "a", marker = "sys_platform == 'linux' and extra != 'extra-3-app-one'" }]
[package.optional-dependencies]
db = [{ name = "a", extra = ["fast"] }]
[package.dev-dependencies]
two = [{ name = "b", version = "2" }]

[[package]]
name = "a"
version = "1"
source = { registry = "https://x.example/simple" }
wheels = [{ url = "https://x.example/a-1-py3-none-any.whl", hash = "sha256:${hash}", size = 3 }]
[package.optional-dependencies]
fast = [{ name = "b" }]

[[package]]
name = "b"
version = "2"
source = { url = "https://x.example/b-2-py3-none-any.whl" }
wheels = [{ url = "https://x.example/b-2-py3-none-any.whl", hash = "sha256:${hash}" }]
`;
const requirements = `# made by hand
--index-url https://x.example/simple
a[b]==1.0 ; python_version >= '3.9' and os_name == 'posix' \\
    --hash=sha256:${hash} \\
    --hash=sha256:${hash}
    # via c
c @ https://x.example/c-2-py3-none-any.whl --hash=sha256:${hash}
`;
const marker = `(python_version >= '3.9' or "3.8" < python_full_version) and 'db' not in extras and os.name != 'nt'`;

const words = [
  ...[
    '[[packages]]',
    '[[package]]',
    'name = ',
    'version = ',
    'marker = ',
    'wheels = [',
    '{ ',
    ' }',
    'source = ',
    'hashes = ',
  ],
  ...['and', 'or', 'not in', 'in', '==', '===', '~=', '<', '(', ')', "'", '"', 'extra', 'extras', 'dependency_groups'],
  ...[
    'python_full_version',
    'platform_release',
    "'3.12.*'",
    '1e9',
    '-1',
    'true',
    '1979-05-27',
    '"""',
    "'''",
    '\\',
    '#',
  ],
  ...[
    '--hash=sha256:',
    '-e .',
    '-r x',
    '--pre',
    '@',
    ';',
    '==1.*',
    '__proto__',
    '\ufeff',
    '\x1b[2J',
    '\r',
    'file:///',
    '../',
  ],
];

const target = { ...officialTarget({ major: 3, minor: 12 }, '3.12.4'), architecture: 'x86_64' };
const environment = environmentOf(target);

/** A lock is refused, or every wheel that is chosen of it has an address and a hash that tells; a marker holds or not. */
export const lock: Target = {
  name: 'lock',
  quick: 600,
  limit: 2000,
  size: 16 * 1024,
  seeds: () => [pylock, uv, requirements, marker].map((text, kind) => [Buffer.of(kind), Buffer.from(text)]),
  mutate: (part, dice, other, index) => (index === 0 ? part : mutateText(part, dice, other, words)),
  async run([kind = Buffer.alloc(1), bytes = Buffer.alloc(0)]) {
    if (kind[0] === 3) return marks(bytes.toString());
    const request = { environment, extras: ['db'], groups: [] };
    const extras = kind[0] === 2 ? { ...request, extras: [] } : request;
    const read = await outcomeOf(() => {
      const { projects } = selectFrom(bytes, NAME, extras);
      return choose(pick(projects, { only: [], except: ['zz*'] }).projects, target, environment, NAME);
    }, [NAME]);
    if ('refusal' in read) return read.refusal;
    for (const { file, hashes } of read.value.files) {
      if (file.url === undefined && file.path === undefined) throw new Broken('a wheel was chosen that is nowhere');
      if (hashes.length === 0) throw new Broken('a wheel was chosen that has no hash');
      if (!file.name.endsWith('.whl')) throw new Broken('a file was chosen that is no wheel');
    }
    for (const { requirement, hashes } of read.value.byPip) {
      if (hashes.length === 0 || /[\r\n]/.test(requirement)) throw new Broken('a line for pip is not one with hashes');
    }
    return 'taken';
  },
};

async function marks(text: string): Promise<string> {
  const sets = withSets(environment, { extra: new Set(), extras: new Set(['db']), dependency_groups: new Set() });
  try {
    holds(parseMarker(text), sets);
    return 'taken';
  } catch (error) {
    if (error instanceof FormatError) return 'refused';
    throw error;
  }
}
