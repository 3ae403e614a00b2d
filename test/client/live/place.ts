import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import {askDaemon} from '../../../src/commands/sccache/control-client.js';
import type {LiveView} from '../../../src/protocol/live.js';
import {type PrivateDaemon, startDaemon} from '../../helpers/private-daemon.js';

/** A real daemon, and compiles that take their time. */

const shim = resolve(import.meta.dirname, '../../../bin/sccache');

export interface Place {
	readonly folder: string;
	readonly daemon: PrivateDaemon;
	/** Some seconds long. */
	compile(unit: string): ChildProcess;
	/** The exit status of a compile of this text. */
	run(unit: string, text: string): Promise<number | null>;
	live(): Promise<LiveView>;
	/** The view, as soon as it is so. */
	until(isSo: (view: LiveView) => boolean): Promise<LiveView>;
}

export async function place(t: ExecutionContext, extra: NodeJS.ProcessEnv = {}): Promise<Place> {
	const folder = mkdtempSync(join(tmpdir(), 'live-test-'));
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	const daemon = await startDaemon(folder, extra);
	t.teardown(() => daemon.stop());
	const build = join(folder, 'portage', 'dev-libs', 'foo-1.2-r3');
	mkdirSync(build, {recursive: true});
	const where = {socketPath: join(folder, 'daemon.sock'), port: undefined};
	const live = async () => {
		const answer = await askDaemon(where, 'live');
		if (answer === undefined) throw new Error('no daemon');
		return answer.live;
	};
	// Its socket is there a moment before it listens.
	while ((await askDaemon(where, 'ping')) === undefined) await sleep(20);
	return {
		folder,
		daemon,
		live,
		compile(unit) {
			const source = join(build, unit);
			writeFileSync(source, longSource());
			return spawn(shim, ['gcc', '-O2', '-c', source, '-o', `${source}.o`], {
				env: {...daemon.env, PORTAGE_BUILDDIR: build},
				stdio: 'ignore',
			});
		},
		async run(unit, text) {
			const source = join(build, unit);
			if (!existsSync(source)) writeFileSync(source, text);
			// What changes in the moment in which it is compiled is not cached.
			await sleep(50);
			const args = ['gcc', '-c', source, '-o', `${source}.o`];
			return spawnSync(shim, args, {env: {...daemon.env, PORTAGE_BUILDDIR: build}}).status;
		},
		async until(isSo) {
			for (let tries = 0; tries < 500; tries++) {
				const view = await live();
				if (isSo(view)) return view;
				await sleep(20);
			}
			t.log(await live());
			throw new Error('it never came to that');
		},
	};
}

const longSource = (): string =>
	Array.from(
		{length: 600},
		(_, at) =>
			`int f${at}(int *a, int n) {int s = ${process.hrtime.bigint() % 1000n}; for (int j = 0; j < n; j++) {s += a[j] * ${at}; if (s > ${at}000) s ^= a[n - j];} return s;}\n`,
	).join('');

export const ended = (child: ChildProcess) =>
	new Promise<number | null>(resolve => child.once('exit', code => resolve(code)));
