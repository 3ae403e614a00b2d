import {Command, Flags} from '@oclif/core';
import {processEnvironment} from '../../../config/environment.js';
import {type LinkResult, refreshLinks} from '../../../links/folder.js';
import {describeResult, describeStep, symbolicWarning} from './describe.js';
import {folderArg} from './folder-arg.js';
import {programFlag} from './program-flag.js';

export class LinksRefresh extends Command {
	static override description =
		`Bring a folder of compiler names up to date, after compilers or sccache itself have changed.

Compilers that PATH leads to get a link, links to an older sccache are renewed, and links with no program
behind them are removed.`;
	static override examples = [
		'<%= config.bin %> links refresh',
		'<%= config.bin %> links refresh --dry-run',
	];
	static override enableJsonFlag = true;
	static override args = {dir: folderArg};
	static override flags = {
		program: programFlag,
		'dry-run': Flags.boolean({description: 'Say what would be done and do nothing'}),
	};

	async run(): Promise<readonly LinkResult[]> {
		const {args, flags} = await this.parse(LinksRefresh);
		const dryRun = flags['dry-run'];
		const where = {folder: args.dir, program: flags.program};
		const results = refreshLinks(where, processEnvironment().PATH ?? '', dryRun);
		for (const result of results) this.log((dryRun ? describeStep : describeResult)(result));
		if (results.length === 0) this.warn('PATH leads to no compiler; nothing to link');
		if (results.some(result => result.kind === 'symbolic')) this.warn(symbolicWarning);
		if (results.some(result => result.action === 'refuse')) process.exitCode = 1;
		return results;
	}
}
