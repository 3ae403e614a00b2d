import {resolve} from 'node:path';
import {Flags} from '@oclif/core';
import {isOurs} from '../../../links/ours.js';
import {shimProgram} from '../../package-info.js';

/** Where the package has it. */
export const usualProgram = '/usr/bin/sccache';

/** The one that is installed, or of a tree that was only built, its own. */
export function installedProgram(): string {
	return isOurs(usualProgram, shimProgram) ? usualProgram : shimProgram;
}

/** Which file the links lead to. */
export const programFlag = Flags.string({
	description: 'The sccache program that the links lead to',
	helpValue: 'FILE',
	default: async () => installedProgram(),
	defaultHelp: usualProgram,
	parse: async path => resolve(path),
});
