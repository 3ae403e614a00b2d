import {resolve} from 'node:path';
import {Args, Command} from '@oclif/core';
import {listLinks} from '../../../links/folder.js';
import {programFlag} from './program-flag.js';

export class LinksList extends Command {
	static override description = 'List the compiler names in a folder that lead to sccache.';
	static override examples = ['<%= config.bin %> links list /usr/local/libexec/sccache'];
	static override enableJsonFlag = true;
	static override args = {dir: Args.string({description: 'The folder', required: true})};
	static override flags = {program: programFlag};

	async run(): Promise<readonly string[]> {
		const {args, flags} = await this.parse(LinksList);
		const names = listLinks({folder: resolve(args.dir), program: flags.program});
		for (const name of names) this.log(name);
		return names;
	}
}
