// Writes docs/commands.md, of the definitions that the help is made of. Compiled sources are needed: npm run docs.

import { writeFileSync } from 'node:fs';
import { pages, purposes } from '../build/lib/commands/index.js';
import { markdownOfCommands } from '../build/lib/help/markdown.js';

writeFileSync('docs/commands.md', markdownOfCommands(purposes, await pages()));
