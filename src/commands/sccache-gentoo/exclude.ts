import {Args, Command, Flags} from '@oclif/core';
import {knownPackages} from '../../portage/known-packages.js';
import {envFiles, type OptOut} from '../../portage/package-env.js';
import {listAllOptOuts} from '../../portage/package-env-files.js';
import {
	describeChange,
	envFileDiffers,
	envFileFlags,
	envFileOf,
	excludeAtoms,
	type FileChange,
	optOutFlags,
	readPackageEnv,
} from './portage/opt-outs.js';

export interface ExcludeAnswer {
	readonly excluded: readonly OptOut[];
	readonly changes: readonly FileChange[];
}

export class Exclude extends Command {
	static override description = `Have Portage build packages without sccache, or with less of it.

Writes package.env and a file of /etc/portage/env, and keeps a backup beside what it changes.`;
	static override examples = [
		'<%= config.bin %> exclude app-arch/xz-utils',
		'<%= config.bin %> exclude --no-dist dev-qt/qtwebengine:6',
		'<%= config.bin %> exclude --known --dry-run',
		'<%= config.bin %> exclude --list',
	];
	static override enableJsonFlag = true;
	static override strict = false;
	static override args = {atoms: Args.string({description: 'Package atoms: CATEGORY/PACKAGE'})};
	static override flags = {
		...optOutFlags,
		...envFileFlags,
		known: Flags.boolean({
			description: 'Exclude those that are known not to gain, or to break',
			exclusive: ['no-dist', 'no-cache'],
		}),
		list: Flags.boolean({description: 'List what is excluded and change nothing'}),
	};

	async run(): Promise<ExcludeAnswer> {
		const {argv, flags} = await this.parse(Exclude);
		const packageEnv = readPackageEnv(flags.root);
		if (flags.list) {
			const excluded = listAllOptOuts(packageEnv.files);
			for (const {atom, envFile} of excluded) this.log(`${atom}: ${envFiles[envFile]}`);
			return {excluded, changes: []};
		}
		const envFile = envFileOf(flags);
		const dryRun = flags['dry-run'];
		const named = argv.map(atom => ({atom: String(atom), envFile}));
		const excluded = [...named, ...(flags.known ? this.#known() : [])];
		const {changes, differing} = excludeAtoms(flags.root, excluded, dryRun);
		for (const name of differing) this.warn(envFileDiffers(name));
		for (const change of changes) this.log(describeChange(change, dryRun));
		if (changes.length === 0) this.log('nothing to do');
		return {excluded, changes};
	}

	#known(): readonly OptOut[] {
		return knownPackages.map(({atom, envFile, reason, source}) => {
			this.log(`${atom}: ${reason} (${source})`);
			return {atom, envFile};
		});
	}
}
