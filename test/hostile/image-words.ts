import { either, refused, taken } from './case.ts';
import { configOf, one, sha256 } from './images.ts';

/* What docker archives are refused for, and how a manifest.json names a layer. */

export const good = taken();

export const named = (path: string) => [{ Config: `${sha256(configOf([one]))}.json`, Layers: [path] }];

export const missing = refused(/missing|no such|not in|names/);

export const digest = refused(/should be|digest|diff_id|damaged/);

/** Without a blob of an image's name it is a layer to inspect. */
export const mayBeLayer = { but: { inspect: either(), 'diff images': either() } };

/** The other way round: an image where a layer should be. */
export const mistaken = refused(/image/);
