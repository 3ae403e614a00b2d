import {resolve} from 'node:path';
import {Args, Command} from '@oclif/core';
import {type LinkResult, removeLinks} from '../../../links/folder.js';
import {programFlag} from './program-flag.js';

export class LinksRemove extends Command {
	static override description = 'Remove the links to sccache from a folder, and nothing else.';
	static override examples = ['<%= config.bin %> links remove /usr/local/libexec/sccache'];
	static override enableJsonFlag = true;
	static override args = {dir: Args.string({description: 'The folder', required: true})};
	static override flags = {program: programFlag};

	async run(): Promise<readonly LinkResult[]> {
		const {args, flags} = await this.parse(LinksRemove);
		const results = removeLinks({folder: resolve(args.dir), program: flags.program});
		for (const {name} of results) this.log(`${name}: removed`);
		return results;
	}
}
