import { isObject, type Json, parseJson, textAt, textsAt } from '../image/json.ts';
import { parseReference, type Reference } from '../image/reference.ts';

/** Where in its registry an image may have come from: blobs that are there need not be sent. */
export interface Origins {
  /** Looks for names in a manifest, an index or a manifest.json. */
  see(document: Buffer): void;
  /** The repository, where one is known. */
  first(): string | undefined;
}

/** A document above this size in bytes is not looked at: what would be found only saves work. */
const LARGE = 1024 * 1024;

/** Annotations that hold a reference: of the image itself, and of its base. */
const NAMES = ['io.containerd.image.name', 'org.opencontainers.image.base.name'];

/** Collects origins for an image that goes to a target: another repository of the same registry counts. */
export function origins(target: Reference): Origins {
  let origin: string | undefined;

  function add(text: string | undefined): void {
    if (text === undefined || origin !== undefined) return;
    try {
      const { registry, repository } = parseReference(text);
      if (registry === target.registry && repository !== target.repository) origin = repository;
    } catch {
      // What is no reference leads nowhere.
    }
  }

  function look(json: Json): void {
    if (!isObject(json)) return;
    for (const name of NAMES) add(textAt(json['annotations'], name));
    for (const tag of textsAt(json, 'RepoTags') ?? []) add(tag);
    const { manifests } = json;
    if (Array.isArray(manifests)) for (const item of manifests) look(item);
  }

  return {
    see(document) {
      if (document.length > LARGE) return;
      try {
        const json = parseJson(document, target.registry, 'a document');
        for (const item of Array.isArray(json) ? json : [json]) look(item);
      } catch {
        // Whoever needs the document says what is wrong with it.
      }
    },
    first: () => origin,
  };
}
