import type { Digest } from '../bytes/digest.ts';

/** What kind of thing differs; --ignore names some of them, and a cause is guessed by them. */
export type Kind =
  | 'added'
  | 'removed'
  | 'type'
  | 'mode'
  | 'owner'
  | 'mtime'
  | 'link'
  | 'device'
  | 'xattr'
  | 'content'
  | 'order'
  | 'format'
  | 'compression'
  | 'platform'
  | 'config'
  | 'history'
  | 'annotations'
  | 'layer';

/** A field that differs. */
export interface FieldChange {
  readonly kind: Kind;
  /** As a person reads it: `mode`, `xattr user.x`, `Env PATH`. */
  readonly field: string;
  /** Text, or what is known of a content; undefined where there is none on that side. */
  readonly from: FieldValue | undefined;
  readonly to: FieldValue | undefined;
}

export type FieldValue = string | { readonly size: number; readonly digest: Digest };

/** What differs between two things. */
export interface Change {
  readonly sign: '+' | '-' | '~';
  /** What the name is one of: a path, which is bytes, a layer, or a part of an image. */
  readonly about: 'path' | 'layer' | 'image';
  readonly name: string;
  readonly fields: readonly FieldChange[];
  /** A unified diff, where one was asked for and can be made. */
  readonly patch?: string | undefined;
}

/** What is compared at all. */
export interface Choice {
  readonly ignored: ReadonlySet<string>;
  /** Whether a path is looked at; a directory's ends in a slash. */
  isWanted(path: string): boolean;
  /** Whether text is to be shown line by line. */
  readonly patch: boolean;
}

/** What --ignore takes. */
export const ignorable = [
  ...['mtime', 'owner', 'mode', 'xattr', 'link', 'content', 'order', 'format', 'compression', 'pyc'],
  ...['platform', 'config', 'history', 'annotations'],
];

/** Whether a path is that of compiled Python, which holds the time of its source. */
export function isPyc(path: string): boolean {
  return path.endsWith('.pyc') || /(^|\/)__pycache__\/$/.test(path);
}
