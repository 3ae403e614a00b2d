import test, {type ExecutionContext} from 'ava';
import {
	addon,
	agree,
	hasClang,
	hasNodeHeaders,
	modes,
	type Source,
	smallSources,
	sqliteC,
} from './corpus.js';
import {
	type Distributing,
	startDistributing,
	unableToDistribute,
	untilDistributing,
} from './distributing.js';
import {settle, total} from './farm.js';

/** The corpus through a build server: what comes back is what this machine would have made. */

const unable = unableToDistribute();
const check = unable === undefined ? test.serial : test.skip;
const because = unable === undefined ? '' : ` (${unable})`;

let distributing: Distributing;
test.before(async () => {
	if (unable === undefined) distributing = await startDistributing();
});
test.after.always(() => distributing?.close());

/** The reason that is counted for what no server is asked to do. */
const staysHere = (compiler: string, mode: readonly string[]): string | undefined =>
	// It reads lists that lie beside the compiler.
	compiler === 'clang' && mode.some(arg => arg.startsWith('-fsanitize')) ? '-fsanitize' : undefined;

async function distributed(
	t: ExecutionContext,
	compiler: string,
	sources: readonly Source[],
	mode: readonly string[],
): Promise<void> {
	const {farm} = distributing;
	const reason = staysHere(compiler, mode);
	if (reason === undefined) await untilDistributing(farm, compiler, mode);
	await agree(t, farm, {
		compiler,
		sources,
		mode,
		check: (pass, counted, compiles) => {
			const about = `${pass}: ${JSON.stringify(counted)}`;
			const expected = pass === 'cold' ? compiles : 0;
			t.is(counted.away, reason === undefined ? expected : 0, about);
			if (reason !== undefined) t.is(counted.stayed[reason] ?? 0, expected, about);
			t.is(total(counted.failedServers), 0, about);
			t.is(pass === 'cold' ? counted.misses : counted.directHits, compiles, about);
		},
	});
}

const few = smallSources.slice(0, 3);

settle();
for (const mode of modes) {
	check(`gcc ${mode.join(' ')}: a server makes the same${because}`, t =>
		distributed(t, 'gcc', few, mode),
	);
	(hasClang ? check : test.skip)(`clang ${mode.join(' ')}: a server makes the same${because}`, t =>
		distributed(t, 'clang', few, mode),
	);
}
check(`gcc: SQLite comes back as it would be made here${because}`, t =>
	distributed(t, 'gcc', [sqliteC], ['-c', '-O0', '-g', '-MD']),
);
(hasNodeHeaders ? check : test.skip)(
	`g++: better-sqlite3's own C++, with Node's headers${because}`,
	t => distributed(t, 'g++', [addon], ['-c', '-O0', '-g', '-MD']),
);
