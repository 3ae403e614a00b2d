import {spawnSync} from 'node:child_process';
import {copyFileSync, mkdirSync, realpathSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {type Figure, type Measured, median, times} from '../figure.js';

const most = 15;

/** What the build server's sandbox adds to a job: a command that does nothing. */
export const sandboxCost: Figure = {
	name: 'sandbox',
	needs: ['bwrap'],
	measure: async (bench, effort) => {
		const toolchain = join(bench.folder, 'sandbox-toolchain');
		addProgram(toolchain, '/bin/true');
		const program = join(import.meta.dirname, '../sandbox-jobs.js');
		const {stdout, stderr, status} = spawnSync(
			'unshare',
			[
				...['--mount', '--propagation', 'private', '--', process.execPath, program],
				...[toolchain, join(bench.folder, 'sandbox-builds'), String(times(200, effort))],
			],
			{encoding: 'utf8'},
		);
		if (status !== 0) throw new Error(`the sandbox was not measured: ${stderr}`);
		return measured(JSON.parse(stdout));
	},
};

/** Milliseconds of each job. */
interface Times {
	readonly plain: readonly number[];
	readonly made: readonly number[];
}

function measured({plain, made}: Times): readonly Measured[] {
	const from = {plainMs: median(plain), madeMs: median(made)};
	return [
		{
			name: 'sandbox, ms a job',
			value: from.madeMs - from.plainMs,
			unit: 'ms',
			target: {atMost: most},
			from,
		},
	];
}

function addProgram(toolchain: string, path: string): void {
	const libraries = spawnSync('ldd', [path], {encoding: 'utf8'}).stdout;
	for (const file of [path, ...(libraries.match(/\/\S+(?= \()/g) ?? [])]) {
		mkdirSync(join(toolchain, dirname(file)), {recursive: true});
		copyFileSync(realpathSync(file), join(toolchain, file));
	}
}
