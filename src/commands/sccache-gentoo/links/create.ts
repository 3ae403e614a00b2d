import {resolve} from 'node:path';
import {Args, Command} from '@oclif/core';
import {processEnvironment} from '../../../config/environment.js';
import {findCompilers} from '../../../links/find-compilers.js';
import {createLinks, type LinkResult} from '../../../links/folder.js';
import {programFlag} from './program-flag.js';

export class LinksCreate extends Command {
	static override description = `Link compiler names to sccache in a folder, for the front of PATH.

Without names: every gcc, g++, cc, c++, c99, c89, cpp, clang and clang++ that PATH leads to, with CHOST
prefixes and slot suffixes.`;
	static override examples = [
		'<%= config.bin %> links create /usr/local/libexec/sccache',
		'<%= config.bin %> links create ~/bin/sccache gcc g++',
	];
	static override enableJsonFlag = true;
	static override strict = false;
	static override args = {
		dir: Args.string({description: 'The folder', required: true}),
		names: Args.string({description: 'Compiler names'}),
	};
	static override flags = {program: programFlag};

	async run(): Promise<readonly LinkResult[]> {
		const {args, argv, flags} = await this.parse(LinksCreate);
		const given = argv.slice(1).map(String);
		const searchPath = processEnvironment().PATH ?? '';
		const names = given.length > 0 ? given : findCompilers(searchPath, flags.program);
		const results = createLinks({folder: resolve(args.dir), program: flags.program}, names);
		for (const result of results) this.log(describe(result));
		if (results.length === 0) this.warn('PATH leads to no compiler; nothing to link');
		if (results.some(result => result.kind === 'symbolic')) {
			this.warn('hard links cannot be made there: symbolic links lead to the program instead');
		}
		if (results.some(result => result.action === 'refuse')) process.exitCode = 1;
		return results;
	}
}

function describe({name, action, kind}: LinkResult): string {
	if (action === 'refuse') return `${name}: left alone, it is not one of our links`;
	if (action === 'keep') return `${name}: is there`;
	return `${name}: ${kind} link ${action === 'create' ? 'made' : 'renewed'}`;
}
