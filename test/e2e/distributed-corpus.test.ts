import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {loopback, PrivateFarm} from '../helpers/private-farm.js';
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
import {nothingHere, unableToDistribute, untilDistributing} from './distributing.js';
import {Farm, settle, total} from './farm.js';

/** The corpus through a build server: what comes back is what this machine would have made. */

const unable = unableToDistribute();
const check = unable === undefined ? test.serial : test.skip;
const because = unable === undefined ? '' : ` (${unable})`;

let farm: Farm;
let servers: PrivateFarm;
let folder: string;
test.before(async () => {
	if (unable !== undefined) return;
	folder = mkdtempSync(join(tmpdir(), 'sccache-farm-'));
	servers = await PrivateFarm.start(folder, {scheduler: loopback, servers: [loopback]});
	farm = await Farm.start({SCCACHE_CONF: servers.clientFile('client', nothingHere)});
});
test.after.always(async () => {
	await farm?.close();
	await servers?.stop();
	if (folder !== undefined) rmSync(folder, {recursive: true, force: true});
});

async function distributed(
	t: ExecutionContext,
	compiler: string,
	sources: readonly Source[],
	mode: readonly string[],
): Promise<void> {
	await untilDistributing(farm, compiler, mode);
	await agree(t, farm, {
		compiler,
		sources,
		mode,
		check: (pass, counted, compiles) => {
			const about = `${pass}: ${JSON.stringify(counted)}`;
			t.is(counted.away, pass === 'cold' ? compiles : 0, about);
			t.is(total(counted.failedServers), 0, about);
			t.is(pass === 'cold' ? counted.misses : counted.directHits, compiles, about);
		},
	});
}

settle();
for (const mode of modes) {
	check(`gcc ${mode.join(' ')}: a server makes the same${because}`, t =>
		distributed(t, 'gcc', smallSources.slice(0, 6), mode),
	);
	(hasClang ? check : test.skip)(`clang ${mode.join(' ')}: a server makes the same${because}`, t =>
		distributed(t, 'clang', smallSources.slice(0, 6), mode),
	);
}
check(`gcc: SQLite comes back as it would be made here${because}`, t =>
	distributed(t, 'gcc', [sqliteC], ['-c', '-O0', '-g', '-MD']),
);
(hasNodeHeaders ? check : test.skip)(
	`g++: better-sqlite3's own C++, with Node's headers${because}`,
	t => distributed(t, 'g++', [addon], ['-c', '-O0', '-g', '-MD']),
);
