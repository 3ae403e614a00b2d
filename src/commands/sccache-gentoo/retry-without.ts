import {Args, Command, Flags} from '@oclif/core';
import {processEnvironment} from '../../config/environment.js';
import {loadClientConfig} from '../../config/load.js';
import {isVersionOf, packageOfAtom} from '../../portage/atom.js';
import {readStatistics} from '../../stats/read-stats.js';
import {type PackageBuilds, packageBuilds} from '../../stats/tallies.js';
import {clientEnvironment} from './client-environment.js';
import {describeInvolvement} from './portage/involvement.js';
import {
	checkAtoms,
	describeChange,
	envFileDiffers,
	envFileFlags,
	envFileOf,
	excludeAtoms,
	type FileChange,
	optOutFlags,
} from './portage/opt-outs.js';

export interface RetryAnswer {
	readonly atom: string;
	/** Whether sccache had anything to do with builds of it, as far as is remembered. */
	readonly involved: boolean;
	/** One row a version, the last built first. */
	readonly builds: readonly PackageBuilds[];
	/** What has the package built without. */
	readonly command: string;
	/** What `--apply` changed. */
	readonly changes: readonly FileChange[];
}

export class RetryWithout extends Command {
	static override description =
		`Tell whether sccache had a part in the builds of a package, and how to build it without.

For a build that failed: the compiler's own errors fail without sccache too, and retrying shows which it is.`;
	static override examples = [
		'<%= config.bin %> retry-without app-arch/xz-utils',
		'<%= config.bin %> retry-without app-arch/xz-utils --apply --no-dist',
	];
	static override enableJsonFlag = true;
	static override args = {
		package: Args.string({description: 'A package atom: CATEGORY/PACKAGE', required: true}),
	};
	static override flags = {
		...optOutFlags,
		...envFileFlags,
		apply: Flags.boolean({description: 'Exclude the package as well, as `exclude` does'}),
	};

	async run(): Promise<RetryAnswer> {
		const {args, flags} = await this.parse(RetryWithout);
		const {package: atom} = args;
		checkAtoms([atom]);
		const name = packageOfAtom(atom);
		const {cacheDir} = loadClientConfig(await clientEnvironment(processEnvironment()));
		const tallies = readStatistics(cacheDir, statistics =>
			statistics.tallies(`${name}-`).filter(tally => isVersionOf(tally.package, name)),
		);
		const builds = packageBuilds(tallies ?? []);
		for (const line of describeInvolvement(name, builds)) this.log(line);
		const envFile = envFileOf(flags);
		const option = envFile === 'default-path' ? '' : ` --${envFile}`;
		const command = `${this.config.bin} exclude${option} ${atom}`;
		const answer = {atom, involved: builds.length > 0, builds, command};
		if (!flags.apply) {
			this.log(`\nTo build it without:\n  ${command}\n  emerge --oneshot ${atom}`);
			return {...answer, changes: []};
		}
		const dryRun = flags['dry-run'];
		const {changes, differing} = excludeAtoms(flags.root, [{atom, envFile}], dryRun);
		for (const name of differing) this.warn(envFileDiffers(name));
		this.log('');
		for (const change of changes) this.log(describeChange(change, dryRun));
		if (changes.length === 0) this.log('It is excluded already.');
		this.log(`Now: emerge --oneshot ${atom}`);
		this.log(`To take it back: ${this.config.bin} include ${atom}`);
		return {...answer, changes};
	}
}
