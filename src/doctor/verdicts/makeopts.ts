import {ok, type Verdict, warning} from '../verdict.js';

export interface MakeoptsFacts {
	/** Of make.conf; undefined: it sets none. */
	readonly makeopts: string | undefined;
	readonly cores: number;
	readonly memoryBytes: number;
	/** Slots of all servers; 0: no farm. */
	readonly farmSlots: number;
}

/** What one compile here may need (Gentoo's handbook: 2 GiB a job); a compile that is sent away leaves a preprocessor's worth. */
const hereBytes = 2 * 1024 ** 3;
const awayBytes = 200 * 1024 ** 2;
/** Not worth a word. */
const tolerance = 0.25;

export interface Advice {
	readonly jobs: number;
	readonly load: number;
}

/** -j for this host and the farm together, as far as memory goes; -l for this host, since links and what can't be sent stay here. */
export function adviseMakeopts(facts: Omit<MakeoptsFacts, 'makeopts'>): Advice {
	const {cores, memoryBytes, farmSlots} = facts;
	const here = Math.max(1, Math.min(cores, Math.floor(memoryBytes / hereBytes)));
	const leftBytes = Math.max(0, memoryBytes - here * awayBytes);
	const away = Math.min(farmSlots, Math.floor(leftBytes / awayBytes));
	return {jobs: here + away, load: cores};
}

export function judgeMakeopts(facts: MakeoptsFacts): Verdict {
	const {makeopts, cores, farmSlots} = facts;
	const {jobs, load} = adviseMakeopts(facts);
	const farm = farmSlots > 0;
	const wanted = `-j${jobs} -l${load}`;
	const mend = `set MAKEOPTS="${wanted}" in make.conf`;
	const reason = farm
		? `${farmSlots} slots of the farm and ${cores} cores here`
		: `${cores} cores and the memory here`;
	const set = jobsOf(makeopts ?? '') ?? cores;
	const said = makeopts === undefined ? 'It is not set' : `It is "${makeopts}"`;
	if (set > jobs * (1 + tolerance)) {
		return warning(`${said}: more than ${reason} are good for.`, mend);
	}
	if (farm && set < jobs * (1 - tolerance)) {
		return warning(`${said}: too little to use ${reason}.`, mend);
	}
	if (farm && set > cores && !/(?:^|\s)(?:-l|--load-average)/.test(makeopts ?? '')) {
		return warning(`${said}, without -l: what can't be sent away would crowd this host.`, mend);
	}
	return ok(`${said}, which suits ${reason}.`);
}

/** Of -jN, -j N, --jobs=N and --jobs N. */
function jobsOf(makeopts: string): number | undefined {
	const digits = /(?:^|\s)(?:-j\s*|--jobs[=\s]\s*)(\d+)/.exec(makeopts)?.[1];
	return digits === undefined ? undefined : Number(digits);
}
