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
  /** How many runs, where that is not as usual. */
  readonly runs?: (usual: number) => number;
}

const once = (): number => 1;

/**
 * The layers as the lines call them; $IMAGE is an image of the first three, $ZIPPED the same compressed, $BIG one of the
 * large one, $WHEEL a large wheel, and $REGISTRY is the host of a docker-registry.
 */
export const names: Readonly<Record<string, Layer>> = {
  L1: 'root',
  L2: 'packages',
  L3: 'clean-up',
  LARGE: 'large',
  MILLION: 'million',
};

export const cases: readonly Case[] = [
  {
    name: 'start',
    about: 'start-up',
    runs: (usual) => 4 * usual + 1,
    sides: [
      { name: 'layertool --help', line: 'layertool --help' },
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
