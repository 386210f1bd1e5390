import * as zlib from 'node:zlib';
import type { Layer } from './layers.ts';

/** One way to do the work: a line of bash that writes $OUT, where `layertool` is the program under test. */
export interface Side {
  readonly name: string;
  readonly line: string;
  /** The programs that it needs. */
  readonly needs?: readonly string[];
}

/** The same work done in several ways: ours first, and then those that it is compared with. */
export interface Case {
  readonly name: string;
  readonly about: string;
  readonly sides: readonly [Side, ...Side[]];
  /** A line that is run once before. */
  readonly before?: string;
  /** How many runs, where that is not as usual. */
  readonly runs?: (usual: number) => number;
}

const once = (): number => 1;

/**
 * The layers as the lines call them; $IMAGE is an image of the first three, $ZIPPED the same compressed, $BIG one of the
 * large one, $WHEEL a large wheel, $CROWDED one of many files, $WHEELS a folder of four, $LOCK the folder of a lock, $TREE and $MANY are directories,
 * and $REGISTRY is the host of a docker-registry.
 */
export const names: Readonly<Record<string, Layer>> = {
  L1: 'root',
  L2: 'packages',
  L3: 'clean-up',
  LARGE: 'large',
  MILLION: 'million',
  TINY: 'tiny',
};

/** What uv installs of a lock into a folder, and a tar of that. */
const UV = 'uv pip install -q --python-version 3.12.4 --python-platform x86_64-manylinux_2_36 --no-deps';
const INTO = '--target "$OUT.d" -r "$LOCK/pylock.toml"; tar -cf "$OUT" -C "$OUT.d" .; rm -r "$OUT.d"';

export const cases: readonly Case[] = [
  {
    name: 'start',
    about: 'start-up',
    runs: (usual) => 4 * usual + 1,
    sides: [
      { name: 'layertool --version', line: 'layertool --version' },
      { name: 'node -e 0', line: '"$NODE" -e 0' },
    ],
  },
  {
    name: 'start-squash',
    about: 'two tiny layers squashed',
    runs: (usual) => 4 * usual + 1,
    sides: [
      { name: 'layertool squash', line: 'layertool squash -o "$OUT" "$TINY" "$TINY"' },
      { name: 'node -e 0', line: '"$NODE" -e 0' },
    ],
  },
  {
    name: 'image-none',
    about: 'three layers into an image, not compressed',
    sides: [
      { name: 'layertool image --compress none', line: 'layertool image --compress none -o "$OUT" "$L1" "$L2" "$L3"' },
      { name: 'cat | tee | sha256sum', line: 'cat "$L1" "$L2" "$L3" | tee "$OUT" | sha256sum' },
    ],
  },
  {
    name: 'sbom',
    about: 'a bill of materials of a compressed image, beside what inspect takes',
    sides: [
      { name: 'layertool inspect --sbom', line: 'layertool inspect --sbom spdx -o "$OUT" "$ZIPPED"' },
      { name: 'layertool inspect', line: 'layertool inspect -o "$OUT" "$ZIPPED"' },
    ],
  },
  {
    name: 'image-gzip',
    about: 'three layers into an image, gzip',
    sides: [
      { name: 'layertool image --compress gzip', line: 'layertool image --compress gzip -o "$OUT" "$L1" "$L2" "$L3"' },
      {
        name: 'crane append',
        needs: ['crane'],
        line: 'crane append --oci-empty-base -t bench:1 -f "$L1" -f "$L2" -f "$L3" -o "$OUT"',
      },
      { name: 'cat | pigz', needs: ['pigz'], line: 'cat "$L1" "$L2" "$L3" | pigz > "$OUT"' },
    ],
  },
  {
    name: 'squash',
    about: 'three layers into one',
    sides: [
      { name: 'layertool squash, files', line: 'layertool squash -o "$OUT" "$L1" "$L2" "$L3"' },
      {
        name: 'layertool squash, pipes',
        line: 'layertool squash -o "$OUT" <(cat "$L1") <(cat "$L2") <(cat "$L3")',
      },
      // crane has no way to open an archive: it copies what it is given into a file first.
      { name: 'crane export', needs: ['crane'], line: 'crane export - "$OUT" < "$IMAGE"' },
      { name: 'ocibuild layer squash', needs: ['ocibuild'], line: 'ocibuild layer squash "$L1" "$L2" "$L3" > "$OUT"' },
      // It joins the layers, and knows nothing of whiteouts.
      { name: 'bsdtar', needs: ['bsdtar'], line: 'bsdtar -cf "$OUT" "@$L1" "@$L2" "@$L3"' },
    ],
  },
  ...(['TREE', 'MANY'] as const).map(
    (tree): Case => ({
      name: tree === 'TREE' ? 'dir' : 'dir-many',
      about: tree === 'TREE' ? 'a directory of 6,000 files' : 'a directory of 200,000 files',
      // Whoever is first would wait for the disk.
      before: `tar -cf - -C "$${tree}" . | wc -c`,
      sides: [
        { name: 'layertool dir', line: `layertool dir -o "$OUT" "$${tree}"` },
        { name: 'GNU tar', needs: ['tar'], line: `tar --sort=name --xattrs -cf "$OUT" -C "$${tree}" .` },
      ],
    }),
  ),
  {
    name: 'wheels',
    about: 'four scientific wheels, 120 MB',
    sides: [
      {
        name: 'layertool wheel',
        needs: ['pip'],
        line: 'layertool wheel -q --python 3.11 -o "$OUT" "$WHEELS"/*.whl',
      },
      {
        name: 'uv pip install --no-deps --no-cache',
        needs: ['uv', 'pip'],
        line: 'uv pip install -q --no-deps --no-cache --python-version 3.11 --target "$OUT.d" "$WHEELS"/*.whl; rm -r "$OUT.d"',
      },
    ],
  },
  {
    name: 'export',
    about: 'the tree of an image of three compressed layers',
    sides: [
      { name: 'layertool export', line: 'layertool export -o "$OUT" "$ZIPPED"' },
      { name: 'crane export', needs: ['crane'], line: 'crane export - "$OUT" < "$ZIPPED"' },
    ],
  },
  {
    name: 'filter',
    about: 'a layer without its .py files',
    sides: [
      { name: 'layertool filter, file', line: `layertool filter -q --delete '*.py' -o "$OUT" "$L1"` },
      { name: 'layertool filter, pipe', line: `cat "$L1" | layertool filter -q --delete '*.py' -o "$OUT" -` },
      { name: 'bsdtar @archive', needs: ['bsdtar'], line: `bsdtar -cf "$OUT" --exclude '*.py' @"$L1"` },
    ],
  },
  {
    name: 'diff',
    about: 'a layer of 1 GiB and another of the same size',
    runs: once,
    sides: [
      { name: 'layertool diff', line: 'cp "$LARGE" "$OUT"; layertool diff "$LARGE" "$OUT"' },
      { name: 'cmp | sha256sum', line: 'cp "$LARGE" "$OUT"; cmp "$LARGE" "$OUT"; sha256sum "$LARGE" "$OUT"' },
    ],
  },
  {
    name: 'wheel',
    about: 'a wheel of 200 MB',
    sides: [
      { name: 'layertool wheel', needs: ['pip'], line: 'layertool wheel -q --python 3.11 -o "$OUT" "$WHEEL"' },
      {
        name: 'pip install --no-deps',
        needs: ['pip'],
        line: 'pip install -q --no-deps --no-compile --no-index --ignore-installed --target "$OUT.d" "$WHEEL"; rm -r "$OUT.d"',
      },
      {
        name: 'uv pip install --no-deps --no-cache',
        needs: ['uv', 'pip'],
        line: 'uv pip install -q --no-deps --no-cache --python-version 3.11 --target "$OUT.d" "$WHEEL"; rm -r "$OUT.d"',
      },
    ],
  },
  {
    name: 'wheel-crowded',
    about: 'one wheel of 12,000 files',
    sides: [
      { name: 'layertool wheel', needs: ['pip'], line: 'layertool wheel -q --python 3.11 -o "$OUT" "$CROWDED"' },
      {
        name: 'uv pip install --no-deps --no-cache',
        needs: ['uv', 'pip'],
        line: 'uv pip install -q --no-deps --no-cache --python-version 3.11 --target "$OUT.d" "$CROWDED"; rm -r "$OUT.d"',
      },
    ],
  },
  {
    name: 'find-python',
    about: 'the Python of an image of 268 MB, and of the same compressed (there is none: all of it is looked through)',
    sides: [
      { name: 'layertool python, plain', line: 'layertool python "$IMAGE" 2>/dev/null || true' },
      { name: 'layertool python, compressed', line: 'layertool python "$ZIPPED" 2>/dev/null || true' },
    ],
  },
  {
    name: 'lock-cold',
    about: 'a lock of a hundred projects, nothing in the cache',
    runs: once,
    sides: [
      {
        name: 'layertool wheel --lock',
        needs: ['uv'],
        line: 'layertool wheel -q --python 3.12.4 --no-cache --lock "$LOCK/uv.lock" -o "$OUT"',
      },
      { name: 'uv pip install | tar', needs: ['uv'], line: `${UV} --no-cache ${INTO}` },
    ],
  },
  {
    name: 'lock-warm',
    about: 'the same, all of it in the cache',
    sides: [
      {
        name: 'layertool wheel --lock',
        needs: ['uv'],
        line: 'layertool wheel -q --python 3.12.4 --lock "$LOCK/uv.lock" -o "$OUT"',
      },
      { name: 'uv pip install | tar', needs: ['uv'], line: `${UV} ${INTO}` },
    ],
  },
  ...['none', 'gzip', 'zstd'].filter(knows).map(
    (how): Case => ({
      name: `large-${how}`,
      about: `a layer of 1 GiB from a pipe into an image, ${how}`,
      runs: once,
      sides: [
        {
          name: `layertool image --compress ${how}`,
          line: `cat "$LARGE" | layertool image --compress ${how} -o "$OUT" -`,
        },
      ],
    }),
  ),
  ...(['IMAGE', 'ZIPPED'] as const).map((image): Case => {
    // Another repository each time: what is there is not sent again.
    const ref = '"$REGISTRY/r$RANDOM$RANDOM"';
    return {
      name: image === 'IMAGE' ? 'push' : 'push-gzip',
      about: `an image of three layers, ${image === 'IMAGE' ? 'plain' : 'compressed'}, into a registry`,
      sides: [
        { name: 'layertool push, file', needs: ['docker-registry'], line: `layertool push "$${image}" ${ref}` },
        { name: 'layertool push, pipe', needs: ['docker-registry'], line: `cat "$${image}" | layertool push - ${ref}` },
        // It has no way to push a pipe.
        { name: 'crane push, file', needs: ['docker-registry', 'crane'], line: `crane push "$${image}" ${ref}` },
      ],
    };
  }),
  ...(['ZIPPED', 'BIG'] as const).map(
    (image): Case => ({
      name: image === 'ZIPPED' ? 'pull' : 'large-pull',
      about: image === 'ZIPPED' ? 'a compressed image of three layers' : 'an image of 1 GiB',
      ...(image === 'BIG' && { runs: once }),
      before: `crane push "$${image}" "$REGISTRY/pulled-${image.toLowerCase()}"`,
      sides: [
        {
          name: 'layertool pull',
          needs: ['docker-registry', 'crane'],
          line: `layertool pull -o "$OUT" "$REGISTRY/pulled-${image.toLowerCase()}"`,
        },
        {
          name: 'crane pull',
          needs: ['docker-registry', 'crane'],
          line: `crane pull "$REGISTRY/pulled-${image.toLowerCase()}" "$OUT"`,
        },
        {
          name: 'skopeo copy',
          needs: ['docker-registry', 'crane', 'skopeo'],
          line: `skopeo copy -q --src-tls-verify=false "docker://$REGISTRY/pulled-${image.toLowerCase()}" "docker-archive:$OUT"`,
        },
      ],
    }),
  ),
  {
    name: 'large-push',
    about: 'a layer of 1 GiB, compressed on the way, from a pipe into a registry',
    runs: once,
    sides: [
      {
        name: 'layertool push, pipe',
        needs: ['docker-registry'],
        line: 'cat "$BIG" | TMPDIR=/nonexistent layertool push - "$REGISTRY/ours"',
      },
      {
        name: 'crane push, file',
        needs: ['docker-registry', 'crane'],
        line: 'crane push "$BIG" "$REGISTRY/theirs"',
      },
      {
        name: 'crane append',
        needs: ['docker-registry', 'crane'],
        line: 'crane append --oci-empty-base -f "$LARGE" -t "$REGISTRY/appended"',
      },
    ],
  },
  {
    name: 'large-squash',
    about: 'a layer of 1 GiB from a pipe squashed',
    runs: once,
    sides: [{ name: 'layertool squash', line: 'cat "$LARGE" | layertool squash -o "$OUT" -' }],
  },
  {
    name: 'million-squash',
    about: 'a million entries with paths of 60 characters squashed',
    runs: once,
    sides: [{ name: 'layertool squash', line: 'layertool squash -o "$OUT" "$MILLION"' }],
  },
];

/** Node has zstd from 22.15 on. */
function knows(compression: string): boolean {
  return compression !== 'zstd' || 'createZstdCompress' in zlib;
}
