import { compare } from '../entries/names.ts';

/** A package URL (ECMA-427): what a package is, for programs. The parts are text, not encoded yet. */
export interface Purl {
  readonly type: string;
  /** With slashes between its segments; undefined where there is none. */
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly version: string;
  readonly qualifiers?: Readonly<Record<string, string | undefined>> | undefined;
}

/** The canonical form. Well-kept packages leave `+` in a version as it is, which others read as a blank. */
export function purlText({ type, namespace, name, version, qualifiers = {} }: Purl): string {
  const path = [...(namespace === undefined ? [] : namespace.split('/')), normalName(type, name)];
  const pairs = Object.entries(qualifiers)
    .flatMap(([key, value]) => (value ? [`${key}=${encoded(value)}`] : []))
    .sort(compare);
  return [
    `pkg:${type}/${path.map(encoded).join('/')}`,
    version === '' ? '' : `@${encoded(version)}`,
    pairs.length === 0 ? '' : `?${pairs.join('&')}`,
  ].join('');
}

/** What the types say of names: PyPI knows no case and no underscore, Debian no capitals. Others are as they are told. */
function normalName(type: string, name: string): string {
  if (type === 'pypi') return name.toLowerCase().replaceAll('_', '-');
  return type === 'deb' || type === 'apk' ? name.toLowerCase() : name;
}

/** ECMA-427, "Character encoding": all but letters, digits, `.`, `-`, `_`, `~` and the colon. */
function encoded(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');
}

/** Whether a text is a package URL that can be passed on as it is. */
export function isPurl(text: string): boolean {
  return /^pkg:[a-z][a-z0-9.+-]*\/[A-Za-z0-9._~%:/+@!*'()-]+(\?[A-Za-z0-9._~%:/+@!*'()&=,;$-]+)?(#[A-Za-z0-9._~%:/+-]+)?$/.test(
    text,
  );
}
