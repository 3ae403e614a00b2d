import type {CompileRecord} from '../../src/stats/record.js';

/** What the statistics are told of one compile: a miss, here. */
export const compileRecord: CompileRecord = {
	atMs: 0,
	package: 'dev-libs/foo-1',
	cwd: '/work',
	compiler: '/usr/bin/gcc',
	family: 'gcc',
	language: 'c',
	source: 'a.c',
	outcome: 'miss',
	reason: '',
	server: '',
	tier: '',
	notDistributed: '',
	failedServers: [],
	elapsedMs: 110,
	compileMs: 100,
	savedMs: 0,
	sizeBytes: 1000,
	writeError: false,
	recached: false,
	storeMs: 2,
	lostMs: 12,
};
