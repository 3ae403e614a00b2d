import {help} from '../commands/sccache/help.js';
import {commands as dist} from '../commands/sccache-dist/commands.js';
import {commands as gentoo} from '../commands/sccache-gentoo/commands.js';
import {fromHelp} from '../completions/from-help.js';
import {fromOclif} from '../completions/from-oclif.js';
import type {Program} from '../completions/program.js';

/** All that is installed under a name of its own, with what it takes. */
export const programs: readonly Program[] = [
	fromHelp('sccache', help),
	fromOclif('sccache-dist', dist),
	fromOclif('sccache-gentoo', gentoo),
];
