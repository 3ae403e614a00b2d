import {
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {unpack, usualUnpackLimits} from '../../src/toolchain/unpack.js';
import {archiveOf, tarOf, type Written} from './tar-of.js';
import {tempFolder} from './temp-folder.js';

interface Place {
	/** What lies around the folder to unpack to. */
	readonly outside: string;
	readonly archive: string;
	readonly folder: string;
}

function place(t: ExecutionContext): Place {
	const outside = tempFolder(t);
	const folder = join(outside, 'a/b/tree');
	mkdirSync(folder, {recursive: true});
	return {outside, archive: join(outside, 'archive'), folder};
}

async function tryToUnpack(
	{archive, folder}: Place,
	content: readonly Written[] | Buffer,
	limits = usualUnpackLimits,
): Promise<void> {
	const id = await archiveOf(archive, content);
	await unpack({archive, id, folder, limits});
}

const link = (path: string, linkpath: string): Written => ({path, type: 'SymbolicLink', linkpath});
const hardLink = (path: string, linkpath: string): Written => ({path, type: 'Link', linkpath});

const hostile: Record<string, readonly [content: readonly Written[], why: RegExp]> = {
	'a name with ..': [[{path: 'usr/../../escaped'}], /leads out/],
	'a folder with ..': [[{path: '../escaped/', type: 'Directory'}], /leads out/],
	'an absolute name': [[{path: '/escaped'}], /absolute/],
	'a device': [[{path: 'dev/null', type: 'CharacterDevice'}], /CharacterDevice/],
	'a pipe': [[{path: 'pipe', type: 'FIFO'}], /FIFO/],
	'a file written through an absolute link': [
		[link('out', '/tmp'), {path: 'out/escaped'}],
		/is a link and a folder/,
	],
	'a file written through a relative link': [
		[link('usr/out', '..'), {path: 'usr/out/inside-or-not'}],
		/is a link and a folder/,
	],
	'a folder made through a link': [
		[link('out', '/tmp'), {path: 'out/escaped/', type: 'Directory'}],
		/is a link and a folder/,
	],
	'a link that climbs above the top': [[link('usr/lib', '../../escaped')], /leads out/],
	'a hard link that climbs': [[hardLink('passwd', '../../../etc/passwd')], /leads out/],
	'an absolute hard link': [[hardLink('passwd', '/etc/passwd')], /absolute/],
	'a hard link to a symbolic one': [
		[link('to', '/etc/passwd'), hardLink('passwd', 'to')],
		/no file of it/,
	],
	'a hard link through a symbolic one': [
		[link('etc', '/etc'), hardLink('passwd', 'etc/passwd')],
		/no file of it/,
	],
	'a hard link to itself': [[{path: 'a'}, hardLink('a', 'a')], /no file of it/],
	'a program that runs as another user': [[{path: 'su', mode: 0o4755}], /another user/],
	'a folder that becomes a file': [
		[{path: 'usr/bin/gcc'}, {path: 'usr/bin'}],
		/folder and something/,
	],
	'a name that is too long': [[{path: 'x'.repeat(300)}], /too long/],
};

for (const [what, [content, why]] of Object.entries(hostile)) {
	test(`${what} is refused, and nothing is written outside`, async t => {
		const where = place(t);
		await t.throwsAsync(tryToUnpack(where, content), {code: 'TOOLCHAIN_INVALID', message: why});
		t.deepEqual(readdirSync(where.outside).sort(), ['a', 'archive']);
		t.deepEqual(readdirSync(join(where.outside, 'a/b')), ['tree']);
		t.false(existsSync('/tmp/escaped'));
	});
}

test('whatever an archive holds, nothing outside is made or changed', async t => {
	const name = fc
		.array(fc.constantFrom('..', '.', 'a', 'b', 'tree', 'secret'), {minLength: 1, maxLength: 4})
		.map(parts => parts.join('/'));
	const path = fc.oneof(
		name,
		name.map(relative => `/${relative}`),
	);
	const type = fc.constantFrom('File', 'Directory', 'SymbolicLink', 'Link') as fc.Arbitrary<
		NonNullable<Written['type']>
	>;
	const entry = fc.record({path, type, linkpath: path, content: fc.constant('written')});
	const where = place(t);
	const secret = join(where.outside, 'a/secret');
	writeFileSync(secret, 'untouched');
	const around = () => readdirSync(where.outside, {recursive: true}).sort();
	let taken = 0;
	const holds = fc.assert(
		fc.asyncProperty(fc.array(entry, {maxLength: 6}), async entries => {
			const files = entries.map(one => (one.type === 'File' ? one : {...one, content: ''}));
			mkdirSync(where.folder, {recursive: true});
			try {
				await tryToUnpack(where, files);
				taken++;
			} catch (error) {
				if ((error as {code?: string}).code !== 'TOOLCHAIN_INVALID') throw error;
			}
			rmSync(where.folder, {recursive: true});
			return (
				readFileSync(secret, 'utf8') === 'untouched' && around().join() === 'a,a/b,a/secret,archive'
			);
		}),
		{numRuns: 300},
	);
	await t.notThrowsAsync(holds);
	t.true(taken > 10);
});

test('a link is replaced by a later entry of its name, and not written through', async t => {
	const where = place(t);
	const secret = join(where.outside, 'secret');
	await tryToUnpack(where, [link('file', secret), {path: 'file', content: 'inside'}]);
	t.false(existsSync(secret));
	t.true(lstatSync(join(where.folder, 'file')).isFile());
});

test('a bomb is stopped by its ratio, its size and its number of entries', async t => {
	const zeros = Buffer.alloc(96 * 1024 ** 2);
	const bomb = [{path: 'zeros', content: zeros}];
	const refused = {code: 'TOOLCHAIN_INVALID'};
	const where = place(t);
	await t.throwsAsync(tryToUnpack(where, bomb), {...refused, message: /unpacks to more than/});
	t.true(statSync(join(where.folder, 'zeros')).size <= 64 * 1024 ** 2);
	const small = {...usualUnpackLimits, maxBytes: 4096};
	await t.throwsAsync(tryToUnpack(place(t), [{path: 'a', content: 'x'.repeat(5000)}], small), {
		...refused,
		message: /more than 4096 bytes/,
	});
	const few = {...usualUnpackLimits, maxEntries: 2};
	const many = ['a', 'b', 'c'].map(path => ({path}));
	await t.throwsAsync(tryToUnpack(place(t), many, few), {...refused, message: /more than 2/});
});

test('what is cut short, damaged or followed by something is refused', async t => {
	const tar = tarOf([{path: 'a', content: 'x'.repeat(3000)}]);
	const zipped = gzipSync(tar);
	const damaged: Record<string, Buffer> = {
		'a cut gzip': zipped.subarray(0, -20),
		'no checksum': zipped.subarray(0, -4),
		'no gzip': tar,
		nothing: Buffer.alloc(0),
		'garbage after gzip': Buffer.concat([zipped, Buffer.from('garbage')]),
		'zeros and garbage after gzip': Buffer.concat([zipped, Buffer.alloc(64), Buffer.from('x')]),
		'garbage after tar': gzipSync(Buffer.concat([tar, Buffer.from('garbage')])),
		'a cut tar': gzipSync(tar.subarray(0, 1000)),
		'a cut header': gzipSync(tar.subarray(0, 300)),
		'a wrong checksum': gzipSync(Buffer.concat([Buffer.from('b'), tar.subarray(1)])),
	};
	for (const [what, bytes] of Object.entries(damaged)) {
		const error = await t.throwsAsync(tryToUnpack(place(t), bytes), undefined, what);
		t.is((error as {code?: string} | undefined)?.code, 'TOOLCHAIN_INVALID', what);
	}
});

test('an archive whose digest is not its name is refused', async t => {
	const {archive, folder} = place(t);
	await archiveOf(archive, [{path: 'a'}]);
	await t.throwsAsync(unpack({archive, id: 'f'.repeat(64), folder, limits: usualUnpackLimits}), {
		code: 'TOOLCHAIN_INVALID',
		message: /digest/,
	});
});

test("an archive by tar with hard links, ./ and GNU's long names is taken", async t => {
	const where = place(t);
	await tryToUnpack(where, [
		{path: './', type: 'Directory'},
		{path: './usr/bin/gcc', content: 'gcc', mode: 0o711},
		{path: './usr/bin/cc', type: 'Link', linkpath: './usr/bin/gcc'},
		link('./usr/bin/c++', '/etc/alternatives/c++'),
		{path: './tmp/', type: 'Directory', mode: 0o1777},
		{path: `./${'d'.repeat(200)}/${'f'.repeat(200)}`, content: 'long'},
	]);
	const at = (path: string) => join(where.folder, path);
	t.is(readFileSync(at('usr/bin/cc'), 'utf8'), 'gcc');
	t.is(statSync(at('usr/bin/gcc')).mode & 0o7777, 0o755);
	t.is(statSync(at('tmp')).mode & 0o7777, 0o1777);
	t.true(lstatSync(at('usr/bin/c++')).isSymbolicLink());
	t.is(readFileSync(at(`${'d'.repeat(200)}/${'f'.repeat(200)}`), 'utf8'), 'long');
});
