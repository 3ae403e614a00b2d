import type {PackageBuilds} from '../../../stats/tallies.js';

/** What we had to do with a package, and what that makes likely; in lines. */
export function describeInvolvement(
	name: string,
	builds: readonly PackageBuilds[],
): readonly string[] {
	const [last] = builds;
	if (last === undefined) {
		return [
			`sccache knows of no build of ${name}: no compile of it came to sccache.`,
			'Whatever failed, it was not by sccache.',
		];
	}
	return [...builds.flatMap(describeBuild), '', ...conclusion(last)];
}

function describeBuild(build: PackageBuilds): readonly string[] {
	const {compiles, hits, remote, errors, serverErrors, failed} = build;
	const parts = [
		`${counted(compiles, 'compile')}`,
		`${counted(hits, 'hit')}`,
		`${remote} done by servers`,
		...(failed > 0 ? [`${failed} that the compiler refused`] : []),
		...(errors + serverErrors > 0 ? [counted(errors + serverErrors, 'error')] : []),
	];
	return [`${build.package}, last ${minute(build.lastMs)}`, `  ${parts.join(', ')}`];
}

function conclusion({compiles, hits, remote, errors, serverErrors}: PackageBuilds) {
	if (compiles === 0) return ['It only passed calls on to the real compiler.'];
	const trouble =
		errors + serverErrors > 0
			? ['Its errors ended in the real compiler, as they should: look at them first.']
			: [];
	if (remote > 0) {
		return [
			...trouble,
			'sccache was involved: servers compiled parts of it. --no-dist keeps them here.',
		];
	}
	if (hits > 0) {
		return [
			...trouble,
			'sccache was involved: parts of it came from the cache. --no-cache compiles all anew.',
		];
	}
	return [
		...trouble,
		'sccache was involved, but the real compiler here compiled all of it: it is not likely the cause.',
	];
}

const counted = (count: number, noun: string): string =>
	`${count} ${noun}${count === 1 ? '' : 's'}`;

/** In local time. */
function minute(ms: number): string {
	const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
	return date.toISOString().slice(0, 16).replace('T', ' ');
}
