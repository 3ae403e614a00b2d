import {join} from 'node:path';
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
import {Farm, settle} from './farm.js';

/** The corpus through the cache alone. */

let farm: Farm;
test.before(async () => {
	farm = await Farm.start();
});
test.after.always(() => farm?.close());

async function cached(
	t: ExecutionContext,
	compiler: string,
	sources: readonly Source[],
	mode: readonly string[],
): Promise<void> {
	await agree(t, farm, {
		compiler,
		sources,
		mode,
		check: (pass, counted, compiles) => {
			t.is(
				pass === 'cold' ? counted.misses : counted.directHits,
				compiles,
				`${pass}: ${JSON.stringify(counted)}`,
			);
		},
	});
}

settle();
for (const mode of modes) {
	test.serial(`gcc ${mode.join(' ')}: the small corpus`, t => cached(t, 'gcc', smallSources, mode));
	(hasClang ? test.serial : test.skip)(`clang ${mode.join(' ')}: the small corpus`, t =>
		cached(t, 'clang', smallSources, mode),
	);
}
test.serial('gcc: SQLite', t => cached(t, 'gcc', [sqliteC], ['-c', '-O0', '-g', '-MD']));
(hasNodeHeaders ? test.serial : test.skip)(
	"g++: better-sqlite3's own C++, with Node's headers",
	t => cached(t, 'g++', [addon], ['-c', '-O0', '-g', '-MD']),
);

test.serial('preprocessed sources compile and hit', async t => {
	const cwd = join(farm.work, 'preprocessed');
	farm.write('preprocessed/keep', '');
	for (const {path, args} of smallSources.slice(0, 4)) {
		farm.plain('gcc', ['-E', ...args, path, '-o', 'x.i'], {cwd});
		farm.write('preprocessed/x.i', farm.read('preprocessed/x.i'));
		settle();
		const compile = ['-c', '-O2', 'x.i', '-o', 'x.o'];
		for (const count of ['misses', 'directHits'] as const) {
			const counted = await farm.during(() => {
				t.is(farm.run('gcc', compile, {cwd}).code, 0);
			});
			t.is(counted[count], 1, JSON.stringify(counted));
			const object = farm.read('preprocessed/x.o');
			farm.plain('gcc', compile, {cwd});
			t.deepEqual(object, farm.read('preprocessed/x.o'));
		}
	}
});
