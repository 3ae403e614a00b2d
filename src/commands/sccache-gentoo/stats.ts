import {resolve} from 'node:path';
import {Command, Errors, Flags} from '@oclif/core';
import {processEnvironment} from '../../config/environment.js';
import {loadClientConfig} from '../../config/load.js';
import {readStatistics} from '../../stats/read-stats.js';
import {type Grouping, groupings} from '../../stats/views.js';
import {askDaemon} from '../sccache/control-client.js';
import {clientEnvironment} from './client-environment.js';
import {readPackageEnv} from './portage/opt-outs.js';
import {csv} from './stats/csv.js';
import {type Figures, figuresOf, type GroupFigures} from './stats/figures.js';
import {gather, nothingGathered} from './stats/gather.js';
import {packageChoice} from './stats/package-choice.js';
import {parseSince} from './stats/since.js';
import {statsText} from './stats/text.js';
import {type CacheUsage, oneLine} from './stats/totals-text.js';
import {excludedPackages} from './stats/verdicts.js';
import {lookOf} from './terminal-look.js';

export interface StatsAnswer {
	/** ISO 8601; null: all that is remembered. */
	readonly since: string | null;
	readonly package: string | null;
	readonly by: Grouping | null;
	readonly totals: Figures;
	/** None without `--by`. */
	readonly groups: readonly GroupFigures[];
	/** Null: no daemon runs. */
	readonly cache: CacheUsage | null;
}

export class Stats extends Command {
	static override description =
		`Show what the cache and the farm bring: compiles, hits, time saved and time lost.

Groups are sorted by the time they save, days by date, reasons and servers by their compiles.`;
	static override examples = [
		'<%= config.bin %> stats',
		'<%= config.bin %> stats --by package --since 30d',
		'<%= config.bin %> stats --by reason --package dev-qt/qtbase',
		'<%= config.bin %> stats --by day --csv',
	];
	static override enableJsonFlag = true;
	static override flags = {
		by: Flags.option({description: 'A line for each', options: groupings})(),
		since: Flags.string({
			description:
				'Only compiles since then: 12h, 7d or 2w ago, today, yesterday, 2026-01-31, "2026-01-31 14:00" or @SECONDS',
			helpValue: 'WHEN',
		}),
		package: Flags.string({
			description:
				'Only compiles of CATEGORY/PACKAGE, or of one version as =CATEGORY/PACKAGE-VERSION',
			helpValue: 'ATOM',
		}),
		csv: Flags.boolean({description: 'Print it as CSV', exclusive: ['json', 'line']}),
		line: Flags.boolean({
			description: 'Print one line, and nothing where nothing was compiled',
			exclusive: ['json', 'by'],
		}),
		root: Flags.string({
			description: 'The tree whose etc/portage says what is excluded',
			helpValue: 'DIR',
			default: '/',
			parse: async path => resolve(path),
		}),
	};

	async run(): Promise<StatsAnswer> {
		const {flags} = await this.parse(Stats);
		const {by, package: atom} = flags;
		const selection = {sinceMs: timeOf(flags.since), isMeant: choiceOf(atom)};
		const env = processEnvironment();
		const config = loadClientConfig(await clientEnvironment(env));
		// It writes down what it has counted.
		const reply = await askDaemon(config, 'stats').catch(() => undefined);
		const cache = reply && {
			entries: reply.stats.entries,
			sizeBytes: reply.stats.cacheSizeBytes,
			limitBytes: reply.stats.maxCacheSizeBytes,
		};
		const excluded = excludedPackages(readPackageEnv(flags.root).files);
		const gathered =
			readStatistics(config.cacheDir, ({views}) => gather(views, selection, excluded, by)) ??
			nothingGathered;
		const answer: StatsAnswer = {
			since: selection.sinceMs === undefined ? null : new Date(selection.sinceMs).toISOString(),
			package: atom ?? null,
			by: by ?? null,
			totals: figuresOf(gathered.sums),
			groups: renamed(gathered.groups),
			cache: cache ?? null,
		};
		if (this.jsonEnabled()) return answer;
		if (flags.line) process.stdout.write(oneLine(gathered.sums));
		else if (flags.csv)
			process.stdout.write(csv(by === undefined ? [answer.totals] : answer.groups));
		else {
			const {isColoured, width} = lookOf(process.stdout, env);
			const look = {isColoured, width: process.stdout.isTTY ? width : undefined};
			const subject = {sinceMs: selection.sinceMs, package: atom};
			process.stdout.write(statsText(gathered, subject, cache, look));
		}
		return answer;
	}
}

function timeOf(since: string | undefined): number | undefined {
	if (since === undefined) return undefined;
	const ms = parseSince(since, Date.now());
	if (ms !== undefined) return ms;
	throw new Errors.CLIError(`--since: ${since} is no time, as 7d or 2026-01-31 is`, {exit: 2});
}

function choiceOf(atom: string | undefined) {
	if (atom === undefined) return undefined;
	const choice = packageChoice(atom);
	if (choice !== undefined) return choice;
	throw new Errors.CLIError(
		`--package: ${atom} is neither CATEGORY/PACKAGE nor =CATEGORY/PACKAGE-VERSION`,
		{exit: 2},
	);
}

/** In what programs read, the name of a group is under what it is. */
function renamed(groups: ReturnType<typeof gather>['groups']): readonly GroupFigures[] {
	if (groups === undefined) return [];
	if (groups.by === 'reason' || groups.by === 'server') return groups.rows;
	const {by, rows} = groups;
	return rows.map(({name, ...figures}) => ({[by]: name, ...figures}));
}
