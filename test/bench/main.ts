import {spawnSync} from 'node:child_process';
import {chmodSync, mkdtempSync, rmSync} from 'node:fs';
import {cpus, tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {table} from '../helpers/table.js';
import {type Bench, prepareBench} from './bench.js';
import {type Figure, type Measured, reached} from './figure.js';
import {dashboardCost} from './figures/dashboard-cost.js';
import {directHit} from './figures/direct-hit.js';
import {hitRecords} from './figures/hit-records.js';
import {indexSize} from './figures/index-size.js';
import {memory} from './figures/memory.js';
import {miss} from './figures/miss.js';
import {rebuild} from './figures/rebuild.js';
import {redisHit} from './figures/redis-hit.js';
import {remoteJob} from './figures/remote-job.js';
import {rustBuild, rustCrates} from './figures/rust-build.js';
import {sandboxCost} from './figures/sandbox-cost.js';
import {schedulerRate} from './figures/scheduler-rate.js';
import {secondPass} from './figures/second-pass.js';
import {statisticsCost} from './figures/statistics-cost.js';
import {statsHistory} from './figures/stats-history.js';
import {throughput} from './figures/throughput.js';
import {tierDown} from './figures/tier-down.js';
import {toolchainPack} from './figures/toolchain-pack.js';
import {versionBump} from './figures/version-bump.js';
import {wholeBuild} from './figures/whole-build.js';

const sets = {
	cache: [
		directHit,
		rebuild,
		throughput,
		miss,
		secondPass,
		memory,
		indexSize,
		statisticsCost,
		hitRecords,
		statsHistory,
	],
	dist: [remoteJob, wholeBuild, schedulerRate, dashboardCost, toolchainPack, sandboxCost],
	rust: [rustBuild, rustCrates],
	shared: [redisHit, versionBump, tierDown],
} as const;
type SetName = keyof typeof sets;
const namesOf = (set: SetName) => sets[set].map(figure => figure.name).join(', ');

const peers = ['ccache', 'distcc', 'icecc', 'bwrap', '/usr/bin/sccache', 'rustc'];

const usage = `usage: npm run bench[:dist|:rust|:shared] -- [--json] [--only FIGURE]... [--effort FACTOR]
  --only FIGURE    of bench: ${namesOf('cache')}
                   of bench:dist: ${namesOf('dist')}
                   of bench:rust: ${namesOf('rust')}
                   of bench:shared: ${namesOf('shared')}
  --effort FACTOR  how much of everything: 1, or less for a quick look
`;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
	const options = read(argv);
	if (options === undefined) {
		process.stderr.write(usage);
		return 2;
	}
	const folder = mkdtempSync(join(tmpdir(), 'sccache-bench-'));
	// Other users' processes pass through: jobs on build servers, and peers' daemons.
	chmodSync(folder, 0o711);
	try {
		const bench = prepareBench(folder);
		const measured: Measured[] = [];
		for (const figure of options.figures)
			measured.push(...(await measure(figure, bench, options.effort)));
		process.stdout.write(options.json ? json(bench, measured) : report(measured));
		return 0;
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

function read(argv: readonly string[]) {
	try {
		const {values, positionals} = parseArgs({
			args: [...argv],
			allowPositionals: true,
			options: {
				json: {type: 'boolean', default: false},
				only: {type: 'string', multiple: true},
				effort: {type: 'string', default: '1'},
			},
		});
		const [set = ''] = positionals;
		if (!isSetName(set)) return undefined;
		const chosen = sets[set].filter(({name}) => values.only?.includes(name) ?? true);
		const effort = Number(values.effort);
		if (chosen.length < (values.only?.length ?? 1) || !(effort > 0)) return undefined;
		return {json: values.json, figures: chosen, effort};
	} catch {
		return undefined;
	}
}

function isSetName(text: string): text is SetName {
	return Object.hasOwn(sets, text);
}

async function measure(figure: Figure, bench: Bench, effort: number): Promise<readonly Measured[]> {
	const missing = figure.needs.filter(program => !bench.has(program));
	if (missing.length > 0) {
		process.stderr.write(`left out: ${figure.name}: it needs ${missing.join(', ')}\n`);
		return [];
	}
	process.stderr.write(`measuring: ${figure.name}\n`);
	return figure.measure(bench, effort);
}

function report(measured: readonly Measured[]): string {
	return table([
		['figure', 'measured', 'must reach', 'reached', 'from'],
		...measured.map(one => [
			one.name,
			`${one.value.toFixed(one.unit === 'ratio' ? 2 : 0)}${one.unit === 'ratio' ? '' : ` ${one.unit}`}`,
			'atMost' in one.target ? `<= ${one.target.atMost}` : `>= ${one.target.atLeast}`,
			reached(one) ? 'yes' : 'no',
			Object.entries(one.from)
				.map(([name, value]) => `${name} ${Number(value.toFixed(2))}`)
				.join(', '),
		]),
	]);
}

function json({compilers}: Bench, measured: readonly Measured[]): string {
	const version = (program: string) =>
		spawnSync(program, ['--version'], {encoding: 'utf8'}).stdout?.split('\n')[0];
	const machine = {
		cores: cpus().length,
		node: process.version,
		gcc: version(compilers.gcc),
		...Object.fromEntries(peers.map(peer => [peer, version(peer)])),
	};
	const rows = measured.map(one => ({...one, reached: reached(one)}));
	return `${JSON.stringify({machine, figures: rows}, undefined, '\t')}\n`;
}
