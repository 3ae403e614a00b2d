import {failure, ok, skipped, type Verdict, warning} from '../verdict.js';
import {sentence, stopped} from '../words.js';

export interface ServerFacts {
	readonly address: string;
	/** Why no job is sent there for now; undefined: nothing is. */
	readonly quarantine: string | undefined;
	readonly state: 'up' | 'draining' | 'gone';
	/** As uname -m says it; undefined: it does not tell. */
	readonly arch: string | undefined;
	readonly slots: number;
}

export interface FarmFacts {
	/** Undefined: the scheduler does not list them. */
	readonly servers: readonly ServerFacts[] | undefined;
	readonly count: number;
	/** Of this host. */
	readonly arch: string;
}

/** Servers that the scheduler could send a job of this host to. */
export function judgeServers({servers, count, arch}: FarmFacts): readonly Verdict[] {
	if (count === 0) {
		return [
			failure(
				'The scheduler has no build server.',
				'on a host that is to compile: sccache-gentoo setup server',
			),
		];
	}
	if (servers === undefined) return [ok(`${count} build servers, which are not told apart.`)];
	const bad = servers.flatMap(server => ofServer(server, arch));
	const slots = servers.reduce((sum, server) => sum + server.slots, 0);
	const noun = servers.length === 1 ? 'build server' : 'build servers';
	return [...bad, ok(`${servers.length} ${noun} with ${slots} slots.`)].slice(
		0,
		bad.length === 0 ? 1 : bad.length,
	);
}

function ofServer({address, quarantine, state, arch}: ServerFacts, ours: string) {
	if (quarantine !== undefined) {
		return [warning(stopped(`${address} gets no jobs for now: ${quarantine}`), 'look at its log')];
	}
	if (state !== 'up') return [warning(`${address} takes no new jobs: it is ${state}.`)];
	if (arch !== undefined && arch !== ours) {
		return [
			warning(`${address} is of architecture ${arch}: jobs of this host, ${ours}, need another.`),
		];
	}
	return [];
}

export type PackFacts =
	| {readonly kind: 'packed'; readonly compiler: string; readonly sizeBytes: number}
	| {readonly kind: 'refused'; readonly compiler: string; readonly reason: string};

export function judgeToolchain(facts: PackFacts): Verdict {
	if (facts.kind === 'refused') {
		return failure(
			sentence(`the toolchain of ${facts.compiler} can't be packed: ${facts.reason}`),
			'its compiles stay here; an archive of yours can be named in [[dist.toolchains]]',
		);
	}
	const megabytes = Math.round(facts.sizeBytes / 1024 ** 2);
	return ok(`The toolchain of ${facts.compiler} can be packed (${megabytes} MiB).`);
}

export interface TrialFacts {
	/** Undefined: whichever the scheduler chose, or none. */
	readonly server: string | undefined;
	readonly outcome:
		| {readonly kind: 'compiled'; readonly ms: number; readonly sentToolchain: boolean}
		| {
				readonly kind: 'failed';
				/** How far it got. */
				readonly at: 'scheduler' | 'toolchain' | 'compile';
				readonly reason: string;
		  };
}

/** One compile on one server. */
export function judgeTrial({server, outcome}: TrialFacts): Verdict {
	const name = server ?? 'a build server';
	if (outcome.kind === 'compiled') {
		const toolchain = outcome.sentToolchain ? 'took the toolchain and compiled' : 'compiled';
		return ok(`${name} ${toolchain} in ${Math.round(outcome.ms)} ms.`);
	}
	const reason = outcome.reason.replace(
		/^(?:\S+ answered with status \d+|Insufficient capacity [^:]*): /,
		'',
	);
	// A server tries a toolchain only with the first job for it; the scheduler then knows.
	const isOfToolchain = /the toolchain does not run|refuses the toolchain/.test(reason);
	const at = isOfToolchain ? 'toolchain' : outcome.at;
	if (at === 'scheduler') {
		return /full|busy/i.test(reason)
			? skipped(`${name} is busy: ${reason}.`)
			: failure(sentence(`the scheduler gives no job to ${name}: ${reason}`), 'look at its log');
	}
	if (at === 'toolchain') {
		return failure(
			stopped(`${name} does not take this host's toolchain: ${reason}`),
			'is it of the same architecture, and has it the CPU that the toolchain was built for (-march)?',
		);
	}
	return failure(
		stopped(`${name} could not compile: ${reason}`),
		`on that host: sccache-gentoo doctor`,
	);
}
