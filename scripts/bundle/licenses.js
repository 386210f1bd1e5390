import { readdir, readFile } from 'node:fs/promises';

const RULE = '='.repeat(80);

/**
 * What the packages that are bundled want to be said of them, in the order of their names; terms that several have alike
 * once, behind what each says of itself.
 *
 * @param inputs the files of the bundle
 */
export async function licenses(inputs) {
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  /** The packages by what their texts say. */
  const said = new Map();
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
    const texts = [];
    for (const file of (await readdir(folder)).sort()) {
      if (/^(licen[cs]e|notice|copying)/i.test(file)) texts.push(await readFile(`${folder}/${file}`, 'utf8'));
    }
    add(said, `${name} ${version} (${license})`, texts.join('\n'));
    // meow bundles packages of its own.
    if (name === 'meow')
      for (const part of bundled(await readFile(`${folder}/build/licenses.md`, 'utf8'))) add(said, ...part);
  }
  return Array.from(said.values(), ({ packages, terms }) => `${RULE}\n${packages.join('\n\n')}\n\n${terms}\n`).join(
    '\n',
  );
}

/** Where the terms of a short license begin, behind its title and whose it is. */
const TERMS = /^[ \t]*Permission is hereby granted, free of charge/m;

function add(said, title, text) {
  const start = TERMS.exec(text)?.index ?? 0;
  const terms = text.slice(start).trim();
  const one = [title, text.slice(0, start).trim()].filter((part) => part !== '').join('\n');
  const words = terms.replace(/\s+/g, ' ');
  if (said.has(words)) said.get(words).packages.push(one);
  else said.set(words, { packages: [one], terms });
}

/** The packages in a list as rollup-plugin-license writes it: fields, and the text behind a line of ===. */
function bundled(list) {
  return list.split(/^---$/m).map((part) => {
    const field = (key) => new RegExp(`^${key}: (.*)$`, 'm').exec(part)?.[1];
    // A package may have no text: its license is named.
    const [name, text = ''] = [field('Name'), part.split(/^===$/m)[1]];
    if (name === undefined) throw new Error('meow has changed: its licenses read otherwise');
    return [`${name} ${field('Version')} (${field('License')}), in meow`, text];
  });
}
