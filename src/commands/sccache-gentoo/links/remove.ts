import {Command} from '@oclif/core';
import {type LinkResult, removeLinks} from '../../../links/folder.js';
import {describeResult} from './describe.js';
import {folderArg} from './folder-arg.js';
import {programFlag} from './program-flag.js';

export class LinksRemove extends Command {
	static override description = 'Remove the links to sccache from a folder, and nothing else.';
	static override examples = ['<%= config.bin %> links remove'];
	static override enableJsonFlag = true;
	static override args = {dir: folderArg};
	static override flags = {program: programFlag};

	async run(): Promise<readonly LinkResult[]> {
		const {args, flags} = await this.parse(LinksRemove);
		const results = removeLinks({folder: args.dir, program: flags.program});
		for (const result of results) this.log(describeResult(result));
		return results;
	}
}
