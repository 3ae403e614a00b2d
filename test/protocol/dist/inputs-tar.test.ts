import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {
	decodeInputs,
	encodeInputs,
	type InputFile,
	InputsError,
} from '../../../src/protocol/dist/inputs-tar.js';

const folder = mkdtempSync(join(tmpdir(), 'sccache-inputs-'));
test.after.always(() => rmSync(folder, {recursive: true}));

const file = (path: string, text = 'x'): InputFile => ({
	path,
	mode: 0o644,
	mtimeS: 1_000_000_000,
	bytes: Buffer.from(text),
});
const archive = (...files: InputFile[]) => Buffer.concat(encodeInputs({files, folders: []}));

const part = fc
	.string({
		minLength: 1,
		maxLength: 120,
		unit: fc.integer({min: 1, max: 255}).map(code => String.fromCharCode(code)),
	})
	.filter(text => !text.includes('/') && text !== '.' && text !== '..');
const path = fc.array(part, {minLength: 1, maxLength: 4}).map(parts => `/${parts.join('/')}`);

test('what is encoded is decoded, names of any bytes and length among it', t => {
	const files = fc.array(
		fc.record({
			path,
			mode: fc.integer({min: 0, max: 0o777}),
			mtimeS: fc.integer({min: 0, max: 2 ** 33 - 1}),
			bytes: fc.uint8Array({maxLength: 2000}).map(bytes => Buffer.from(bytes)),
		}),
		{maxLength: 6},
	);
	fc.assert(
		fc.property(files, fc.array(path, {maxLength: 3}), (some, folders) => {
			const inputs = {files: some, folders};
			t.deepEqual(decodeInputs(Buffer.concat(encodeInputs(inputs))), inputs);
		}),
	);
});

test('tar reads what is encoded', t => {
	const long = `/${'long/'.repeat(40)}name.h`;
	writeFileSync(join(folder, 'ours.tar'), archive(file('/usr/include/a.h'), file(long)));
	const {stdout} = spawnSync('tar', ['tf', join(folder, 'ours.tar')], {encoding: 'utf8'});
	t.deepEqual(stdout.trim().split('\n'), ['usr/include/a.h', long.slice(1)]);
});

for (const format of ['gnu', 'ustar', 'pax']) {
	test(`what tar writes as ${format} is decoded`, t => {
		const place = join(folder, format);
		const name = `${'n'.repeat(80)}/${'m'.repeat(60)}`;
		mkdirSync(join(place, 'n'.repeat(80)), {recursive: true});
		writeFileSync(join(place, name), 'content');
		const made = spawnSync('tar', ['cf', `${place}.tar`, `--format=${format}`, '-C', place, '.']);
		t.is(made.status, 0);
		const {files} = decodeInputs(readFileSync(`${place}.tar`));
		t.deepEqual(
			files.map(one => [one.path, one.bytes.toString()]),
			[[`/${name}`, 'content']],
		);
	});
}

test('names that lead outside, links, devices and damage are refused', t => {
	const outside = archive(file('/a/b')).fill('..', 0, 2);
	const links = join(folder, 'links');
	mkdirSync(links);
	symlinkSync('/etc/passwd', join(links, 'passwd'));
	spawnSync('tar', ['cf', `${links}.tar`, '-C', links, '.']);
	const hostile: Record<string, Buffer> = {
		'a changed header': outside,
		'a parent folder': archive(file('/a/../../etc/passwd')),
		'no name': archive(file('/')),
		'a link': readFileSync(`${links}.tar`),
		'a cut file': archive(file('/a', 'x'.repeat(600))).subarray(0, 1000),
	};
	for (const [what, bytes] of Object.entries(hostile))
		t.throws(() => decodeInputs(bytes), {instanceOf: InputsError}, what);
});

test('whatever the bytes are: inputs, or an InputsError', t => {
	const base = archive(file('/a/b.c', 'int x;'), file(`/${'d/'.repeat(80)}c`));
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), {minLength: 1, maxLength: 8}),
			fc.nat(base.length),
			(changes, length) => {
				const bytes = Buffer.from(base);
				for (const [at, value] of changes) bytes[at] = value;
				try {
					decodeInputs(bytes.subarray(0, length));
				} catch (error) {
					if (!(error instanceof InputsError)) throw error;
				}
			},
		),
	);
	t.pass();
});
