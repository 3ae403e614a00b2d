import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {completionFiles} from '../completions/files.js';
import {programs} from './programs.js';

/** A step of `npm run build`: write-completions DIR. */
const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: write-completions DIR');
for (const [name, text] of programs.flatMap(program => Object.entries(completionFiles(program)))) {
	const path = join(folder, name);
	mkdirSync(dirname(path), {recursive: true});
	writeFileSync(path, text);
}
