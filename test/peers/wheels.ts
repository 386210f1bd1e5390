import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from './base.ts';
import { run } from './tools.ts';

/** Real wheels of every kind, for CPython 3.11 on x86_64, none of which installs a file of another. */
const pure = [
  'attrs==23.1.0',
  'awscli==1.29.80',
  'beautifulsoup4==4.10.0',
  'botocore==1.31.80',
  'certifi==2023.7.22',
  'click==8.1.7',
  'Django==4.2.7',
  'docutils==0.17.1',
  'Flask==3.0.0',
  'ipykernel==6.26.0',
  'Jinja2==3.1.2',
  'jupyterlab==4.0.0',
  'pip==23.2.1',
  'Pygments==2.16.1',
  'pyserial==3.5',
  'requests==2.31.0',
  'rich==13.7.0',
  'setuptools==68.0.0',
  'six==1.16.0',
  'sphinxcontrib-jsmath==1.0.1',
  'thonny==4.1.4',
  'urllib3==1.26.7',
  'wheel==0.41.3',
];
const compiled = [
  'black==23.7.0',
  'cffi==1.16.0',
  'cryptography==41.0.5',
  'greenlet==3.0.3',
  'MarkupSafe==2.1.3',
  'numpy==1.26.4',
  'psutil==5.9.6',
  'PyYAML==6.0.1',
  'ruff==0.4.0',
  'zope.interface==6.1',
];

/** The paths of the wheels, which pip downloads once. */
export async function wheels(): Promise<string[]> {
  const place = join(cache, 'wheels');
  if (!existsSync(place)) {
    const unfinished = `${place}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    const platforms = [
      'manylinux2014_x86_64',
      'manylinux_2_17_x86_64',
      'manylinux_2_24_x86_64',
      'manylinux_2_28_x86_64',
    ];
    const words = ['download', '-q', '--no-deps', '--only-binary', ':all:', '--python-version', '3.11'];
    await run('pip', [
      ...[...words, '--implementation', 'cp', ...platforms.flatMap((name) => ['--platform', name])],
      ...['--dest', unfinished, ...pure, ...compiled],
    ]);
    renameSync(unfinished, place);
  }
  return readdirSync(place)
    .sort()
    .map((name) => join(place, name));
}
