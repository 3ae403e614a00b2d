import {Args, Command, Flags} from '@oclif/core';
import {type EnvFile, envFiles, type OptOut} from '../../portage/package-env.js';
import {exclude, listAllOptOuts} from '../../portage/package-env-files.js';
import {
	checkAtoms,
	checkOriginalPath,
	describeChange,
	type FileChange,
	optOutFlags,
	provideEnvFile,
	readPackageEnv,
	writePackageEnv,
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
		'<%= config.bin %> exclude --list',
	];
	static override enableJsonFlag = true;
	static override strict = false;
	static override args = {atoms: Args.string({description: 'Package atoms: CATEGORY/PACKAGE'})};
	static override flags = {
		...optOutFlags,
		'no-dist': Flags.boolean({description: 'Only keep them from being compiled elsewhere'}),
		'no-cache': Flags.boolean({
			description: 'Only keep them from being cached',
			exclusive: ['no-dist'],
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
		const atoms = argv.map(String);
		const envFile = envFileOf(flags);
		checkAtoms(atoms);
		if (envFile === 'default-path') checkOriginalPath(flags.root);
		const dryRun = flags['dry-run'];
		const provided = provideEnvFile(flags.root, envFile, dryRun);
		if (provided.differs) {
			this.warn(`env/${envFile} is not as it is shipped; it is left as it is`);
		}
		const excluded = atoms.map(atom => ({atom, envFile}));
		const wanted = excluded.reduce(
			(files, optOut) => exclude(files, packageEnv.own, optOut),
			packageEnv.files,
		);
		const changes = [...provided.changes, ...writePackageEnv(packageEnv, wanted, dryRun)];
		for (const change of changes) this.log(describeChange(change, dryRun));
		if (changes.length === 0) this.log('nothing to do');
		return {excluded, changes};
	}
}

function envFileOf(flags: {readonly 'no-dist': boolean; readonly 'no-cache': boolean}): EnvFile {
	if (flags['no-dist']) return 'no-dist';
	return flags['no-cache'] ? 'no-cache' : 'default-path';
}
