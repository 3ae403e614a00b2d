import {mkdirSync, renameSync, rmSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Farm, settle} from './farm.js';

/**
 * Sources that look for the same headers in the same places: what the daemon has learned from the first few says that headers are absent
 * for the next one, which it has not been asked about since its start.
 */
const count = 8;
const searched = ['early', 'still/notthere/deep', 'links/folder', 'files', 'late'];

interface Package {
	readonly farm: Farm;
	readonly cwd: string;
	write(path: string, text: string): void;
	/** By the cache and by the plain compiler: both agree. How many direct hits there were. */
	compile(n: number): Promise<number>;
}

async function knownPackage(t: ExecutionContext): Promise<Package> {
	const farm = await Farm.start();
	t.teardown(() => farm.close());
	const cwd = join(farm.work, 'package');
	const write = (path: string, text: string) => farm.write(`package/${path}`, text);
	const argsOf = (n: number) => [
		...['-c', `${n}.c`],
		...searched.map(folder => `-I${join(cwd, folder)}`),
	];
	const compile = async (n: number) => {
		const args = argsOf(n);
		const {directHits} = await farm.during(() => {
			const ran = farm.run('gcc', args, {cwd});
			const object = farm.read(`package/${n}.o`);
			t.deepEqual(ran, farm.plain('gcc', args, {cwd}));
			t.deepEqual(object, farm.read(`package/${n}.o`), `${n}.c`);
		});
		return directHits;
	};
	for (let n = 0; n < count; n++) {
		write(`${n}.c`, `#include <stdio.h>\n#include <value.h>\nint value${n} = VALUE + ${n};\n`);
	}
	write('late/value.h', '#define VALUE 1\n');
	write('early/unrelated.h', '');
	for (const folder of ['links', 'files', 'still']) mkdirSync(join(cwd, folder));
	mkdirSync(join(farm.work, 'outside'));
	symlinkSync('../../outside/folder', join(cwd, 'links/folder'));
	symlinkSync('../../outside/value.h', join(cwd, 'files/value.h'));
	settle();
	const ask = (n: number) => t.is(farm.run('gcc', argsOf(n), {cwd}).code, 0);
	for (let n = 0; n < count; n++) ask(n);
	await farm.stopDaemon();
	await farm.startDaemon();
	const {directHits} = await farm.during(() => [0, 1, 2].forEach(ask));
	t.is(directHits, 3);
	return {
		...{farm, cwd, write},
		compile: n => {
			settle();
			return compile(n);
		},
	};
}

test.serial('a header that appears in a folder is noticed', async t => {
	const {cwd, write, compile} = await knownPackage(t);
	write('early/value.h', '#define VALUE 2\n');
	t.is(await compile(3), 0);
	rmSync(join(cwd, 'early/value.h'));
	t.is(await compile(4), 1);
	// The folder stands for nothing now.
	t.is(await compile(5), 1);
	write('early/value.h', '#define VALUE 3\n');
	t.is(await compile(6), 0);
	t.is(await compile(0), 0);
});

test.serial('one in a folder that was not there is noticed', async t => {
	const {cwd, write, compile} = await knownPackage(t);
	write('elsewhere/deep/value.h', '#define VALUE 2\n');
	t.is(await compile(3), 1);
	renameSync(join(cwd, 'elsewhere'), join(cwd, 'still/notthere'));
	t.is(await compile(4), 0);
	t.is(await compile(1), 0);
});

test.serial('one behind a folder that is a link to nothing is noticed', async t => {
	const {farm, compile} = await knownPackage(t);
	farm.write('outside/folder/value.h', '#define VALUE 2\n');
	t.is(await compile(3), 0);
	t.is(await compile(2), 0);
});

test.serial('one that is itself a link to nothing is noticed', async t => {
	const {farm, compile} = await knownPackage(t);
	farm.write('outside/value.h', '#define VALUE 2\n');
	t.is(await compile(3), 0);
	t.is(await compile(2), 0);
});

test.serial('a folder that is another one now is noticed', async t => {
	const {cwd, write, compile} = await knownPackage(t);
	write('other/value.h', '#define VALUE 2\n');
	settle();
	renameSync(join(cwd, 'early'), join(cwd, 'away'));
	renameSync(join(cwd, 'other'), join(cwd, 'early'));
	t.is(await compile(3), 0);
	rmSync(join(cwd, 'early'), {recursive: true});
	renameSync(join(cwd, 'away'), join(cwd, 'early'));
	t.is(await compile(4), 1);
});

test.serial('folders that change without such a header cost no hit', async t => {
	const {write, compile} = await knownPackage(t);
	for (const n of [3, 4, 5, 6]) {
		write(`early/unrelated-${n}.h`, '');
		write(`unrelated-${n}.h`, '');
		t.is(await compile(n), 1);
	}
});
