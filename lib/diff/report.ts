import { sizeText } from '../bytes/size.ts';
import { isText, toText } from '../entries/names.ts';
import { printable } from '../errors.ts';
import { pathText } from '../inspect/listing.ts';
import type { Change, FieldChange, FieldValue } from './change.ts';

/** As many characters of a value as a line shows. */
const VALUE = 200;
/** As many digits of a digest as tell it apart. */
const DIGITS = 'sha256:'.length + 12;

/** A change as a line for a person, and its patch below it. */
export function changeText(change: Change): string {
  const { sign, about, name, fields, patch } = change;
  const title = about === 'path' ? toText(name) : `[${about === 'layer' ? layerTitle(name) : printable(name)}]`;
  const line = [`${sign} ${title}`, fields.map(fieldText).join(', ')].filter((part) => part !== '').join('  ');
  return `${line}\n${patch ?? ''}`;
}

function layerTitle(name: string): string {
  return name === '' ? 'layer' : `layer ${name}`;
}

function fieldText({ field, from, to }: FieldChange): string {
  const name = printable(field);
  if (from === undefined && to === undefined) return name;
  if (typeof from === 'object' && typeof to === 'object') {
    const digests = `${from.digest.slice(0, DIGITS)}→${to.digest.slice(0, DIGITS)}`;
    return `${name} ${sizeText(from.size)}→${sizeText(to.size)} ${digests}`;
  }
  return `${name === '' ? '' : `${name} `}${valueText(from)}→${valueText(to)}`;
}

function valueText(value: FieldValue | undefined): string {
  const text = typeof value === 'object' ? value.digest : (value ?? '');
  return printable(text.length > VALUE ? `${text.slice(0, VALUE)}…` : text);
}

/** A change as a JSON document in a line. */
export function changeJson({ sign, about, name, fields, patch }: Change): string {
  const value = ({ field, kind, from, to }: FieldChange) => ({ field, kind, from: from ?? null, to: to ?? null });
  return `${JSON.stringify({
    change: sign === '+' ? 'added' : sign === '-' ? 'removed' : 'changed',
    about,
    name: about === 'path' ? pathText(name) : name,
    ...(about !== 'path' || isText(name) ? {} : { name_base64: Buffer.from(name, 'latin1').toString('base64') }),
    fields: fields.map(value),
    ...(patch === undefined ? {} : { patch }),
  })}\n`;
}
