import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';

/** Of this package, wherever it is installed. */
export const packageFolder: string = resolve(import.meta.dirname, '../../..');

/** The C program, as the build leaves it. */
export const shimProgram: string = resolve(packageFolder, 'dist/bin/sccache');

export function packageVersion(): string {
	const text = readFileSync(resolve(packageFolder, 'package.json'), 'utf8');
	return (JSON.parse(text) as {version: string}).version;
}
