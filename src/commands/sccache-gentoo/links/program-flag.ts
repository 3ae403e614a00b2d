import {resolve} from 'node:path';
import {Flags} from '@oclif/core';
import {shimProgram} from '../../package-info.js';

/** Which file the links lead to. */
export const programFlag = Flags.string({
	description: 'The sccache program that the links lead to',
	default: shimProgram,
	parse: async path => resolve(path),
});
