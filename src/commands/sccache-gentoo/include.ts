import {Args, Command} from '@oclif/core';
import type {OptOut} from '../../portage/package-env.js';
import {include, listAllOptOuts} from '../../portage/package-env-files.js';
import {
	checkAtoms,
	describeChange,
	type FileChange,
	optOutFlags,
	readPackageEnv,
	writePackageEnv,
} from './portage/opt-outs.js';

export interface IncludeAnswer {
	/** What was excluded. */
	readonly included: readonly OptOut[];
	readonly changes: readonly FileChange[];
}

export class Include extends Command {
	static override description = 'Take back what `exclude` did to packages.';
	static override examples = ['<%= config.bin %> include app-arch/xz-utils'];
	static override enableJsonFlag = true;
	static override strict = false;
	static override args = {atoms: Args.string({description: 'Package atoms, as --list has them'})};
	static override flags = optOutFlags;

	async run(): Promise<IncludeAnswer> {
		const {argv, flags} = await this.parse(Include);
		const atoms = argv.map(String);
		const packageEnv = readPackageEnv(flags.root);
		const included = listAllOptOuts(packageEnv.files).filter(({atom}) => atoms.includes(atom));
		const unknown = atoms.filter(name => !included.some(({atom}) => atom === name));
		// A line by hand may have any name; of others only a sound one can have been meant.
		if (included.length === 0 || unknown.length > 0) checkAtoms(unknown);
		for (const atom of unknown) this.warn(`${atom} is not excluded`);
		const wanted = atoms.reduce(include, packageEnv.files);
		const dryRun = flags['dry-run'];
		const changes = writePackageEnv(packageEnv, wanted, dryRun);
		for (const change of changes) this.log(describeChange(change, dryRun));
		return {included, changes};
	}
}
