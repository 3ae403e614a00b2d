import {setTimeout as sleep} from 'node:timers/promises';
import {run} from '../../src/exec/run.js';
import {openSandbox} from '../../src/sandbox/open.js';

/** Runs /bin/true again and again, in turns: without a sandbox, and in one. In a mount namespace of its own. */

const [toolchainFolder = '', buildDir = '', count = ''] = process.argv.slice(2);
/** As long as a small compile takes, in which the last sandbox is cleared away. */
const pauseMs = 30;

const options = {
	bwrapPath: 'bwrap',
	namespace: 'root',
	scratch: {bytes: 64 * 1024 ** 2},
	layerBytes: 1024 ** 2,
	user: {uid: 65534, gid: 65534},
	cgroupMount: undefined,
} as const;
const sandbox = await openSandbox({...options, buildDir});
await sleep(500);

const job = {
	toolchainFolder,
	inputs: [{path: '/work/src/input.i', mode: 0o644, bytes: Buffer.alloc(100_000)}],
	command: {executable: '/bin/true', arguments: [], cwd: '/work', env: []},
	outputs: ['out/input.o'],
	limits: {wallMs: 60_000, processes: 64, openFiles: 256, outputBytes: 1024 ** 2},
} as const;
const ways = {
	plain: () => run(['/bin/true'], {env: {}}),
	made: () => sandbox.run(job),
};
const times: Record<keyof typeof ways, number[]> = {plain: [], made: []};
for (let n = 0; n < Number(count); n++) {
	for (const way of ['plain', 'made'] as const) {
		const startedMs = performance.now();
		await ways[way]();
		times[way].push(performance.now() - startedMs);
		await sleep(pauseMs);
	}
}
await sandbox.close();
process.stdout.write(JSON.stringify(times));
