import {Command} from '@oclif/core';
import {processEnvironment} from '../../../config/environment.js';
import {type DescribedLink, describeLinks} from '../../../links/folder.js';
import {folderArg} from './folder-arg.js';
import {programFlag} from './program-flag.js';

export class LinksList extends Command {
	static override description =
		'List the compiler names in a folder that lead to sccache, and the compilers behind them.';
	static override examples = [
		'<%= config.bin %> links list',
		'<%= config.bin %> links list /usr/local/libexec/sccache --json',
	];
	static override enableJsonFlag = true;
	static override args = {dir: folderArg};
	static override flags = {program: programFlag};

	async run(): Promise<readonly DescribedLink[]> {
		const {args, flags} = await this.parse(LinksList);
		const where = {folder: args.dir, program: flags.program};
		const links = describeLinks(where, processEnvironment().PATH ?? '');
		const width = Math.max(0, ...links.map(({name}) => name.length));
		for (const link of links) this.log(`${link.name.padEnd(width)}  ${describe(link)}`);
		if (links.some(({isCurrent, behind}) => !isCurrent || behind === undefined)) {
			this.warn('not all links are fresh: sccache-gentoo links refresh');
		}
		return links;
	}
}

function describe({kind, isCurrent, behind}: DescribedLink): string {
	const age = isCurrent ? '' : ', to an older sccache';
	return `${kind} link${age}, before ${behind ?? 'no compiler'}`;
}
