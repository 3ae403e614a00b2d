import {spawnSync} from 'node:child_process';
import {
	chmodSync,
	chownSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import test from 'ava';
import {Farm, program, realPath, settle} from '../e2e/farm.js';
import {gentoo} from './gentoo.js';

/** `sccache-gentoo cache` on the cache of a real daemon, while that runs. */

async function built(t: {teardown: (end: () => Promise<void>) => void}): Promise<Farm> {
	const farm = await Farm.start();
	t.teardown(() => farm.close());
	for (const name of ['a', 'b', 'c', 'd']) farm.write(`${name}.c`, `int ${name}[100] = {1};\n`);
	settle();
	build(farm, 'app-misc/demo-1.0', ['a', 'b']);
	build(farm, 'app-misc/demo-1.1', ['c']);
	build(farm, 'app-misc/extra-2', ['d']);
	return farm;
}

function build(farm: Farm, packageVersion: string, names: readonly string[]): void {
	const PORTAGE_BUILDDIR = `/var/tmp/portage/${packageVersion}`;
	for (const name of names) {
		farm.run('gcc', ['-c', `${name}.c`, '-o', `${name}.o`], {env: {PORTAGE_BUILDDIR}});
	}
}

const json = (farm: Farm, ...args: readonly string[]) =>
	JSON.parse(gentoo(farm, ['cache', ...args, '--json']).stdout);

const hits = (farm: Farm): number =>
	JSON.parse(gentoo(farm, ['stats', '--json']).stdout).totals.hits;

test('size shows packages, versions and ages of what a daemon has stored', async t => {
	const farm = await built(t);
	const {packages, ages, entries, sizeBytes} = json(farm, 'size');
	t.is(entries, 4);
	t.deepEqual(
		packages.map((row: {package: string; entries: number}) => [row.package, row.entries]),
		[
			['app-misc/demo', 3],
			['app-misc/extra', 1],
		],
	);
	t.is(packages[0].sizeBytes + packages[1].sizeBytes, sizeBytes);
	t.is(packages[0].quotaBytes, 5 * 1024 ** 3);
	t.like(ages[0], {band: 'day', entries: 4, sizeBytes});
	t.is(json(farm, 'size', '--by', 'version', '--package', 'app-misc/demo').packages.length, 2);
	const text = gentoo(farm, ['cache', 'size']).stdout;
	t.regex(text, /: 4 entries, .* of 10\.0 GiB$/m);
	t.regex(text, /^app-misc\/demo +3 .* 5\.00 GiB/m);
	t.regex(text, /^within a day +4 .* 100 %$/m);
	t.is(gentoo(farm, ['cache', 'size', '--package', 'demo']).code, 2);
});

test('trim removes a package under a running daemon, which compiles it again', async t => {
	const farm = await built(t);
	const trim = ['trim', '--package', 'app-misc/demo'];
	t.like(json(farm, ...trim, '--dry-run'), {entries: 3, dryRun: true});
	t.is(json(farm, 'size').entries, 4);
	t.like(json(farm, ...trim), {entries: 3, dryRun: false});
	build(farm, 'app-misc/extra-2', ['d']);
	t.is(hits(farm), 1);
	build(farm, 'app-misc/demo-1.0', ['a']);
	t.is(hits(farm), 1);
	t.is(json(farm, 'size').entries, 2);
	t.regex(gentoo(farm, ['cache', 'trim', '--max-size', '0']).stdout, /^removed 2 entries, /);
	for (const wrong of [[], ['--max-size', 'much'], ['--older-than', 'never']]) {
		t.is(gentoo(farm, ['cache', 'trim', ...wrong]).code, 2);
	}
});

test('verify says 1 for what is damaged, and 0 once that is removed', async t => {
	const farm = await built(t);
	t.is(gentoo(farm, ['cache', 'verify']).code, 0);
	const blobs = join(json(farm, 'size').dir, 'blobs');
	const [first = ''] = readdirSync(blobs, {recursive: true, encoding: 'utf8'}).filter(name =>
		name.includes('/'),
	);
	truncateSync(join(blobs, first), 60);
	const {code, stdout} = gentoo(farm, ['cache', 'verify', '--dry-run']);
	t.is(code, 1);
	t.regex(stdout, /^damaged, to be removed: [0-9a-f]{64}\n3 entries, .*: the others are sound\n$/);
	t.is(gentoo(farm, ['cache', 'verify']).code, 1);
	t.like(json(farm, 'verify'), {sound: true, entries: 3, damaged: []});
});

test('what is exported of one daemon’s cache is a hit of another’s, where it was imported', async t => {
	const farm = await built(t);
	const file = join(farm.work, 'demo.sgcache');
	t.like(json(farm, 'export', file, '--package', 'app-misc/demo'), {entries: 3, damaged: 0});
	t.is(gentoo(farm, ['cache', 'export', file]).code, 2);
	gentoo(farm, ['cache', 'trim', '--max-size', '0']);
	const {code, stdout} = gentoo(farm, ['cache', 'import', file]);
	t.is(code, 0);
	t.regex(stdout, /^added 3 entries, .*; 0 entries the cache had already\n$/);
	build(farm, 'app-misc/demo-1.0', ['a', 'b']);
	build(farm, 'app-misc/demo-1.1', ['c']);
	t.is(hits(farm), 3);
	t.like(json(farm, 'import', file), {entries: 0, known: 3});
	writeFileSync(join(farm.work, 'other'), 'no archive');
	const refused = gentoo(farm, ['cache', 'import', join(farm.work, 'other')]);
	t.is(refused.code, 2);
	t.regex(refused.stderr, /was not made by sccache-gentoo cache export/);
	const none = gentoo(farm, [
		'cache',
		'export',
		join(farm.work, 'none'),
		'--package',
		'app-misc/no',
	]);
	t.is(none.stdout, 'nothing to export\n');
	t.false(readdirSync(farm.work).includes('none'));
});

const isRoot = process.getuid?.() === 0;
(isRoot ? test : test.skip)(
	`what root imports is the owner’s of the cache${isRoot ? '' : ' (needs root)'}`,
	async t => {
		const farm = await built(t);
		const file = join(farm.work, 'all.sgcache');
		gentoo(farm, ['cache', 'export', file]);
		const home = mkdtempSync(join(tmpdir(), 'cache-test-'));
		t.teardown(() => rmSync(home, {recursive: true}));
		chmodSync(home, 0o755);
		const dir = join(home, 'cache');
		mkdirSync(dir, {mode: 0o700});
		chownSync(dir, 250, 250);
		const {status, stderr} = spawnSync(
			join(dirname(program), 'sccache-gentoo'),
			['cache', 'import', file],
			{
				encoding: 'utf8',
				env: {
					SCCACHE_SERVER_UDS: join(home, 'none.sock'),
					SCCACHE_DIR: dir,
					HOME: home,
					PATH: `${dirname(process.execPath)}:${realPath}`,
				},
			},
		);
		t.is(status, 0, stderr);
		const made = readdirSync(dir, {recursive: true, encoding: 'utf8'});
		t.is(made.filter(name => /^blobs\/..\//.test(name)).length, 4);
		for (const name of made) t.is(statSync(join(dir, name)).uid, 250, name);
	},
);
