import { UsageError } from '../errors.ts';
import { type Json, textAt } from './json.ts';

/** What a program runs on, in Go's words, as everywhere in image formats. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

export const DEFAULT_PLATFORM: Platform = { os: 'linux', architecture: 'amd64' };

/** Other names that uname and others use. */
const architectures: Record<string, string> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  i386: '386',
  i686: '386',
  armhf: 'arm',
  armel: 'arm',
};

/** Reads OS/ARCH or OS/ARCH/VARIANT, also in the words of uname; what is neither is a UsageError. */
export function parsePlatform(text: string): Platform {
  const parts = text.toLowerCase().split('/');
  const [os = '', name = '', variant] = parts;
  if (parts.length < 2 || parts.length > 3 || !parts.every((part) => /^[a-z0-9_.-]+$/.test(part))) {
    throw new UsageError(
      `${JSON.stringify(text)} is not a platform`,
      'a platform is OS/ARCH or OS/ARCH/VARIANT: linux/arm64',
    );
  }
  const architecture = architectures[name] ?? name;
  // What every arm64 is goes without saying.
  return variant === undefined || (architecture === 'arm64' && variant === 'v8')
    ? { os, architecture }
    : { os, architecture, variant };
}

/** The platform that a config or a descriptor tells, if it does. */
export function platformOf(json: Json | undefined): Platform | undefined {
  const os = textAt(json, 'os');
  const architecture = textAt(json, 'architecture');
  const variant = textAt(json, 'variant');
  if (os === undefined || architecture === undefined) return undefined;
  return { os, architecture, ...(variant && { variant }) };
}

/** Whether an image of one platform is what was asked for; a variant counts where it was asked for. */
export function matches(platform: Platform, wanted: Platform): boolean {
  if (platform.os !== wanted.os || platform.architecture !== wanted.architecture) return false;
  if (wanted.variant === undefined) return true;
  return (platform.variant ?? (platform.architecture === 'arm64' ? 'v8' : undefined)) === wanted.variant;
}

/** A platform as `--platform` takes it: `linux/arm/v7`. */
export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant ? [variant] : [])].join('/');
}
