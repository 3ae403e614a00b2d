import {freePort} from '../../helpers/free-port.js';
import {type Figure, type Measured, times} from '../figure.js';
import {type Cost, compareDaemons} from '../two-daemons.js';

const target = {atMost: 1.01};

/** Two daemons in turn; one of them has a shared store that nobody answers for. */
export const tierDown: Figure = {
	name: 'tier-down',
	needs: [],
	async measure(bench, effort) {
		const endpoint = `redis://127.0.0.1:${await freePort()}`;
		const sides = (name: string) =>
			[
				[`${name}-tier-down`, {SCCACHE_REDIS_ENDPOINT: endpoint}],
				[`${name}-without-tier`, {}],
			] as const;
		const known = bench.ours('hello.c');
		const hits = await compareDaemons(bench, sides('hits'), {
			warmUp: 50,
			rounds: times(200, effort),
			each: 10,
			commands: () => [known],
		});
		const rounds = times(60, effort);
		const warmUp = 5;
		bench.copies('mid.cpp', (warmUp + rounds) * 2);
		const misses = await compareDaemons(bench, sides('misses'), {
			...{warmUp, rounds, each: 1},
			commands: (side, round) => [bench.ours(`${round * 2 + side}-mid.cpp`)],
		});
		return [cost('hit, hello.c', hits), cost('miss, mid.cpp', misses)];
	},
};

function cost(what: string, [down, without]: readonly Cost[]): Measured {
	const {daemonMs = Number.NaN, shimMs = Number.NaN} = down ?? {};
	const {daemonMs: withoutDaemonMs = Number.NaN, shimMs: withoutShimMs = Number.NaN} =
		without ?? {};
	return {
		name: `${what}, CPU, shared store down / none`,
		value: (daemonMs + shimMs) / (withoutDaemonMs + withoutShimMs),
		unit: 'ratio',
		target,
		from: {daemonMs, withoutDaemonMs, shimMs, withoutShimMs},
	};
}
