import {accessSync, constants} from 'node:fs';
import {join} from 'node:path';

/** Whether PATH has it. */
export function hasProgram(name: string): boolean {
	return (process.env.PATH ?? '').split(':').some(folder => isExecutable(join(folder, name)));
}

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
