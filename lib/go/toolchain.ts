import { InputError, UsageError } from '../errors.ts';
import { type Platform, platformText } from '../image/platform.ts';
import { execute } from '../process/execute.ts';
import { directoryFlag } from './flags.ts';

/** What stands for the variant of a platform (go help environment), and which there are. */
const variants: Record<string, { readonly variable: string; readonly known: RegExp }> = {
  '386': { variable: 'GO386', known: /^(sse2|softfloat)$/ },
  amd64: { variable: 'GOAMD64', known: /^v[1-4]$/ },
  arm: { variable: 'GOARM', known: /^v[567]$/ },
  arm64: { variable: 'GOARM64', known: /^v[89](\.[0-9])?$/ },
  mips: { variable: 'GOMIPS', known: /^(hard|soft)float$/ },
  mipsle: { variable: 'GOMIPS', known: /^(hard|soft)float$/ },
  mips64: { variable: 'GOMIPS64', known: /^(hard|soft)float$/ },
  mips64le: { variable: 'GOMIPS64', known: /^(hard|soft)float$/ },
  ppc64: { variable: 'GOPPC64', known: /^power(8|9|10)$/ },
  ppc64le: { variable: 'GOPPC64', known: /^power(8|9|10)$/ },
  riscv64: { variable: 'GORISCV64', known: /^rva[0-9]+u64$/ },
};

/** The variables by which go builds for a platform, whatever the user's own say of that. */
export function platformVariables({ os, architecture, variant }: Platform): Record<string, string> {
  const target = { GOOS: os, GOARCH: architecture };
  if (variant === undefined) return target;
  const choice = variants[architecture];
  if (!choice?.known.test(variant)) {
    throw new UsageError(`go knows no variant ${variant} of ${platformText({ os, architecture })}`);
  }
  return { ...target, [choice.variable]: goVariant(architecture, variant) };
}

/** GOARM is 7 where others say v7, and GOARM64 v8.0 where they say v8. */
function goVariant(architecture: string, variant: string): string {
  if (architecture === 'arm') return variant.slice(1);
  return architecture === 'arm64' && !variant.includes('.') ? `${variant}.0` : variant;
}

/**
 * The environment for go: it makes a build the same from any checkout and on any machine, unless the user says
 * otherwise. The flags for that stand before the user's own in GOFLAGS, where the last one counts.
 *
 * @param own the user's, with the platform's variables in it
 */
export async function reproducible(build: readonly string[], own: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  // Asked of go, since `go env -w` may have set it.
  const flags = (await go(['env', ...directoryFlag(build), 'GOFLAGS'], own)).trim();
  return {
    ...own,
    CGO_ENABLED: own['CGO_ENABLED'] ?? '0',
    GOFLAGS: `-trimpath -buildvcs=false ${flags}`.trimEnd(),
  };
}

/** The environment for a build that leaves nothing outside a directory, unless -work asks for what it leaves. */
export function workingIn(directory: string, build: readonly string[], own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isKept = build.some((word) => /^--?work(=|$)/.test(word));
  return isKept ? own : { ...own, TMPDIR: directory, GOTMPDIR: directory };
}

/**
 * Runs go, its messages going to standard error, and resolves with what it prints for programs. That go is not there or fails
 * is an InputError.
 */
export async function go(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const run = await execute(['go', ...words], environment);
  if (run === undefined) throw new InputError('go', 'is not on PATH', 'layertool go needs the Go toolchain');
  const { status, signal, output } = run;
  if (status === 0) return output;
  // go said why, in its own words, on standard error.
  throw new InputError(`go ${words[0]}`, signal ? `was ended by ${signal}` : `failed with exit status ${status}`);
}
