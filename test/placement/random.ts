/** A generator with a seed (mulberry32): the same numbers each time. */
export interface Random {
	/** From 0 up to 1. */
	unit(): number;
	/** Whole, both ends included. */
	between(low: number, high: number): number;
	/** Of the standard normal distribution. */
	normal(): number;
	/** Log-normal of mean 1. */
	skewed(sigma: number): number;
	pick<Item>(items: readonly Item[]): Item;
}

export function seeded(seed: number): Random {
	let state = seed >>> 0;
	const unit = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const normal = () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
	return {
		unit,
		normal,
		between: (low, high) => low + Math.floor(unit() * (high - low + 1)),
		skewed: sigma => Math.exp(sigma * normal() - (sigma * sigma) / 2),
		pick: items => items[Math.floor(unit() * items.length)] as never,
	};
}
