import { UsageError } from '../errors.ts';
import type { TargetChoice } from '../python/choose-target.ts';
import { readPlatform, readVersion } from './shared-flags.ts';

interface TargetValues {
  readonly target: string | undefined;
  readonly python: string | undefined;
  readonly venv: string | undefined;
  readonly platform: string | undefined;
  readonly platformFile: string | undefined;
}

/** Checks the flags that say where wheels go. */
export function readTarget({ target, platformFile, venv, ...values }: TargetValues): TargetChoice {
  const version = readVersion(values.python);
  const platform = readPlatform(values.platform);
  if (platformFile !== undefined && (target !== undefined || version !== undefined)) {
    throw new UsageError('--platform-file says already what --target or --python would');
  }
  for (const [flag, value] of [
    ['--venv', venv],
    ['--platform', platform],
  ]) {
    if (target === undefined && value !== undefined) throw new UsageError(`${flag} goes with --target IMAGE`);
  }
  if (target !== undefined) return { kind: 'image', platform, python: { version, venv } };
  if (platformFile !== undefined) return { kind: 'platform file', file: platformFile };
  return version === undefined ? { kind: 'wheels' } : { kind: 'official image', version };
}
