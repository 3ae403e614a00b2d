import type {CompileOutcome} from '../compile-outcome.js';
import {compileAway} from './compile-away.js';
import type {Distribution} from './distribution.js';
import type {Traveller} from './traveller.js';

/** How a compile ended, and where. */
export interface CompiledSomewhere {
	readonly outcome: CompileOutcome;
	/** What the verdict says of servers. */
	readonly where: {
		readonly server?: string;
		readonly notDistributed?: string;
		readonly failedServers?: readonly string[];
	};
}

/** On a server, if there are any and it is better so; else here. */
export async function compileSomewhere(
	traveller: Traveller,
	distribution: Distribution | undefined,
	compileHere: () => Promise<CompileOutcome>,
): Promise<CompiledSomewhere> {
	const runHere = () => {
		traveller.parts.live.underWay.runs(traveller.shim, '');
		return compileHere();
	};
	if (distribution === undefined) return {outcome: await runHere(), where: {}};
	const away = await compileAway(traveller, distribution);
	if (away.kind === 'compiled') {
		const {server, ...outcome} = away;
		return {outcome, where: {server}};
	}
	const {reason, failedServer} = away;
	try {
		const outcome = await runHere();
		away.compiledHere(outcome);
		return {
			outcome,
			where: {
				notDistributed: reason,
				failedServers: failedServer === undefined ? [] : [failedServer],
			},
		};
	} finally {
		away.release();
	}
}
