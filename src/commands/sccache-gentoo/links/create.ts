import {Args, Command, Flags} from '@oclif/core';
import {processEnvironment} from '../../../config/environment.js';
import {wikiNames} from '../../../links/compiler-name.js';
import {findBehind, findCompilers} from '../../../links/find-compilers.js';
import {createLinks, type LinkResult} from '../../../links/folder.js';
import {describeResult, symbolicWarning} from './describe.js';
import {folderArg} from './folder-arg.js';
import {programFlag} from './program-flag.js';

export class LinksCreate extends Command {
	static override description = `Link compiler names to sccache in a folder, for the front of PATH.

Without names: every gcc, g++, cc, c++, c99, c89, cpp, clang and clang++ that PATH leads to, with CHOST
prefixes and slot suffixes.`;
	static override examples = [
		'<%= config.bin %> links create',
		'<%= config.bin %> links create ~/bin/sccache gcc g++',
	];
	static override enableJsonFlag = true;
	static override strict = false;
	static override args = {
		dir: folderArg,
		names: Args.string({description: 'Compiler names'}),
	};
	static override flags = {
		program: programFlag,
		wiki: Flags.boolean({
			description: "Beside the compilers the other names of Gentoo's wiki that PATH has: ar",
		}),
	};

	async run(): Promise<readonly LinkResult[]> {
		const {args, argv, flags} = await this.parse(LinksCreate);
		const given = argv.slice(1).map(String);
		const searchPath = processEnvironment().PATH ?? '';
		const wanted = new Set(given.length > 0 ? given : findCompilers(searchPath, flags.program));
		if (flags.wiki) {
			for (const name of wikiNames) {
				if (findBehind(searchPath, name, flags.program) !== undefined) wanted.add(name);
			}
		}
		const results = createLinks({folder: args.dir, program: flags.program}, [...wanted]);
		for (const result of results) this.log(describeResult(result));
		if (results.length === 0) this.warn('PATH leads to no compiler; nothing to link');
		if (results.some(result => result.kind === 'symbolic')) this.warn(symbolicWarning);
		if (results.some(result => result.action === 'refuse')) process.exitCode = 1;
		return results;
	}
}
