import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {AppError} from '../lib/errors.js';
import {manifestLine, withManifestLines} from './manifest-line.js';
import {dependencyTarball, sourceTarball} from './tarballs.js';

/** `npm run dist`: writes the two tarballs that the ebuild needs into a folder, and their lines into its Manifest there. */
const folder = resolve(import.meta.dirname, '../../..');
const out = resolve(process.argv[2] ?? join(folder, 'dist/release'));
const {name, version} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
	readonly name: string;
	readonly version: string;
};
const prefix = `${name}-${version}`;
try {
	const tarballs = {
		[`${prefix}.tar.gz`]: sourceTarball(folder, prefix),
		[`${prefix}-deps.tar.gz`]: await dependencyTarball(folder, prefix),
	};
	mkdirSync(out, {recursive: true});
	const lines = Object.entries(tarballs).map(([file, bytes]) => {
		writeFileSync(join(out, file), bytes);
		return manifestLine(file, bytes);
	});
	writeFileSync(join(out, 'Manifest'), withManifestLines('', lines));
	process.stdout.write(`${lines.join('\n')}\n\nin ${out}: put the tarballs into DISTDIR,\n`);
	process.stdout.write(`and the Manifest beside the ebuild\n`);
} catch (error) {
	if (!(error instanceof AppError)) throw error;
	process.stderr.write(`${error.message}\n${error.hint ?? ''}\n`);
	process.exitCode = 1;
}
