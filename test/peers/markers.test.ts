import assert from 'node:assert/strict';
import test from 'node:test';
import { FormatError } from '../../lib/errors.ts';
import { type Environment, environmentOf, holds, withSets } from '../../lib/lock/environment.ts';
import { parseMarker } from '../../lib/lock/marker.ts';
import { platformTags, ranking } from '../../lib/python/supported.ts';
import { type Abi, officialTarget } from '../../lib/python/target.ts';
import { askPython } from './packaging.ts';
import { random } from './random.ts';
import { peers } from './tools.ts';

/** Values that each variable is held against, on both sides and with every operator. */
const values: Record<string, string[]> = {
  python_version: ['3.12', '3.9', '3.10', '3', '3.12.4', '3.8, 3.12', 'nonsense', '2.7'],
  python_full_version: ['3.12.4', '3.12', '3.12.10', '3.13.0a1', '3.12.4rc1', '4', ''],
  implementation_version: ['3.12.4', '3.12.*'],
  os_name: ['posix', 'nt', ''],
  sys_platform: ['linux', 'win32', 'linux darwin', 'lin'],
  platform_system: ['Linux', 'Windows', 'linux'],
  platform_machine: ['x86_64', 'aarch64', 'x86_64 amd64'],
  platform_python_implementation: ['CPython', 'PyPy'],
  implementation_name: ['cpython', 'pypy'],
};
const operators = ['==', '!=', '<', '<=', '>', '>=', '~=', '===', 'in', 'not in'];

/** Markers as real metadata and locks have them. */
const real = [
  "python_version>='3.8' and sys_platform!='win32'",
  "(python_version < '3.11' or os_name == 'nt') and platform_machine == 'x86_64'",
  'python_full_version >= "3.12" and python_full_version < "3.13" and sys_platform == "linux"',
  "sys_platform == 'linux' and platform_machine == 'aarch64' or python_version == '3.12'",
  "os_name == 'posix' and (sys_platform == 'darwin' or (platform_system == 'Linux' and python_version ~= '3.7'))",
  "platform_python_implementation != 'PyPy' and sys_platform != 'cygwin' and sys_platform != 'win32'",
  "'linux' in sys_platform and 'bsd' not in sys_platform",
  "python_version in '3.11 3.12' or platform_machine in 'arm64 aarch64'",
  "os.name == 'posix' and sys.platform == 'linux' and platform.machine == 'x86_64'",
  "platform.python_implementation == 'CPython' and python_implementation == 'CPython'",
  "python_version == '3.*'",
  "python_version == '3.12.0.*'",
  "python_full_version == '3.12.*' and python_full_version != '3.12.3'",
  "python_full_version ~= '3.12.2'",
  "'db' in extras",
  "'DB' in extras and 'dev' in dependency_groups",
  "'docs' not in extras and 'lint' not in dependency_groups",
  "'a.b_c' in extras or 'Te_St' in dependency_groups",
  "('db' in extras or 'docs' in extras) and python_version >= '3.9'",
  "\t python_version\t>= '3.8'\tand(os_name=='posix')",
  'python_version >= "3.8"and os_name == "posix"',
  "python_version >= ' 3.8 '",
  "python_full_version < '3.12.4' or python_full_version >= '3.12.4'",
];

/** What is no marker. */
const broken = [
  '',
  'python_version',
  "python_version >= '3.8' and",
  "python_version >= '3.8' or or os_name == 'nt'",
  "(python_version >= '3.8'",
  "python_version >= '3.8')",
  "python_version => '3.8'",
  'python_version >= 3.8',
  "python_version not '3.8'",
  "python_version >= '3.8",
  "pythonversion >= '3.8'",
  "python_version >= '3.8'; os_name == 'nt'",
  "python_version >= '3.8' and os_name == 'nt'\n",
  "not python_version >= '3.8'",
  "os_name == 'a' nand os_name == 'b'",
  "__class__ == 'x'",
];

function markers(): string[] {
  const made = Object.entries(values).flatMap(([variable, texts]) =>
    texts.flatMap((text) =>
      operators.flatMap((operator) => [`${variable} ${operator} '${text}'`, `"${text}" ${operator} ${variable}`]),
    ),
  );
  const dice = random(1);
  const one = (): string => dice.some(made) ?? '';
  const joined = Array.from({ length: 300 }, () => {
    const [a, b, c] = [one(), one(), one()];
    return dice.pick([
      `${a} and ${b} or ${c}`,
      `${a} or ${b} and ${c}`,
      `(${a} or ${b}) and ${c}`,
      `${a} and (${b} or (${c}))`,
    ]);
  });
  return [...real, ...made, ...joined];
}

const code = `
import json, sys
from packaging.markers import Marker
markers, env, broken = json.loads(sys.argv[1])
for name in ("extras", "dependency_groups"): env[name] = set(env[name])
def say(text):
    try: return Marker(text).evaluate(env, context="lock_file")
    except Exception: return "error"
print(json.dumps([[say(text) for text in markers], [say(text) for text in broken]]))
`;

function ours(text: string, environment: Environment): boolean | 'error' {
  try {
    return holds(parseMarker(text), environment);
  } catch (error) {
    if (error instanceof FormatError) return 'error';
    throw error;
  }
}

const extras = new Set(['db', 'a-b-c']);
const groups = new Set(['dev', 'te-st']);

for (const [fullVersion, architecture] of [
  ['3.12.4', 'x86_64'],
  ['3.9.18', 'aarch64'],
  ['3.13.0', 'x86_64'],
] as const) {
  test(`markers for Python ${fullVersion} on ${architecture}: what packaging says`, async (t) => {
    if (!peers(t, 'pip', 'python3')) return;
    const [major = 0, minor = 0] = fullVersion.split('.').map(Number);
    const target = { ...officialTarget({ major, minor }, fullVersion), architecture };
    const environment = withSets(environmentOf(target), { extras, dependency_groups: groups });
    const env = {
      ...Object.fromEntries(environment.variables),
      python_full_version: fullVersion,
      implementation_version: fullVersion,
      extras: [...extras],
      dependency_groups: [...groups],
    };
    const all = markers();
    const [theirs, theirBroken] = (await askPython(code, [all, env, broken])) as [unknown[], unknown[]];
    const differing = all.flatMap((text, at) => {
      const said = ours(text, environment);
      return said === theirs[at] ? [] : [`${text}: ${said}, and packaging says ${theirs[at]}`];
    });
    t.diagnostic(
      `${all.length} markers, ${theirs.filter((said) => said === true).length} hold, ${differing.length} differ`,
    );
    assert.deepEqual(differing, []);
    assert.ok(theirBroken.every((said) => said === 'error'));
    assert.deepEqual(
      broken.filter((text) => ours(text, environment) !== 'error'),
      [],
    );
  });
}

const tagCode = `
import json, sys
from packaging import tags, _manylinux, _musllinux
version, abis, libc, libc_version, arch = json.loads(sys.argv[1])
_manylinux._have_compatible_abi = lambda *_: libc == "glibc"
_manylinux._get_glibc_version = lambda: tuple(libc_version)
_manylinux._get_manylinux_module = lambda: None
class Musl: major, minor = libc_version
_musllinux._get_musl_version = lambda _: Musl if libc == "musl" else None
platforms = [*_manylinux.platform_tags([arch]), *_musllinux.platform_tags([arch]), "linux_" + arch]
every = [*tags.cpython_tags(version, abis, platforms), *tags.compatible_tags(version, "cp" + "".join(map(str, version)), platforms)]
seen = list(dict.fromkeys(map(str, every)))
print(json.dumps([platforms, seen]))
`;

const pythons: [abi: string, target: Abi][] = [
  [
    'cp312',
    {
      version: { major: 3, minor: 12 },
      fullVersion: undefined,
      flags: '',
      libc: { name: 'glibc', version: { major: 2, minor: 36 } },
      architecture: 'x86_64',
    },
  ],
  [
    'cp311',
    {
      version: { major: 3, minor: 11 },
      fullVersion: undefined,
      flags: '',
      libc: { name: 'glibc', version: { major: 2, minor: 31 } },
      architecture: 'aarch64',
    },
  ],
  [
    'cp313',
    {
      version: { major: 3, minor: 13 },
      fullVersion: undefined,
      flags: '',
      libc: { name: 'musl', version: { major: 1, minor: 2 } },
      architecture: 'x86_64',
    },
  ],
  [
    'cp314t',
    {
      version: { major: 3, minor: 14 },
      fullVersion: undefined,
      flags: 't',
      libc: { name: 'glibc', version: { major: 2, minor: 40 } },
      architecture: 'x86_64',
    },
  ],
];

for (const [abi, target] of pythons) {
  test(`tags of ${abi} with ${target.libc?.name} on ${target.architecture}: as packaging orders them`, async (t) => {
    if (!peers(t, 'pip', 'python3')) return;
    const { version, libc } = target;
    assert.ok(version && libc?.version);
    const given = [
      [version.major, version.minor],
      [abi],
      libc.name,
      [libc.version.major, libc.version.minor],
      target.architecture,
    ];
    const [platforms, tags] = (await askPython(tagCode, given)) as [string[], string[]];
    assert.deepEqual(platformTags(target), platforms);
    assert.deepEqual([...ranking(target, version).keys()], tags);
  });
}
