import {rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {Farm, program, settle} from '../e2e/farm.js';
import {cargo, filesBelow, noRust, writeWorkspace} from './rust-farm.js';

const run = noRust === '' ? test.serial : test.skip;

let farm: Farm;
test.before(async () => {
	if (noRust !== '') return;
	farm = await Farm.start();
	writeWorkspace(farm, 'ws');
});
test.after.always(() => farm?.close());

const wrapped = () => ({RUSTC_WRAPPER: program});
const clean = () => rmSync(join(farm.work, 'ws/target'), {recursive: true, force: true});
const build = (env: Record<string, string | undefined> = wrapped()) =>
	cargo(farm, ['build', '--offline', '--message-format=json'], 'ws', env);

/** What cargo keeps for itself (times, paths of what is fresh) is not the compiler's. */
function made(): Map<string, string> {
	const files = [...filesBelow(farm, 'ws/target')];
	return new Map(
		files
			.filter(([name]) => /\/deps\/.*(?:\.d|\.rlib|\.rmeta|\.so)$/.test(name))
			.map(([name, bytes]) => [name, bytes.toString('latin1')]),
	);
}

/** Without the last line, in the order of crates: two may end in either order. */
const messages = (stdout: string): string[] => stdout.split('\n').filter(Boolean).sort();

run(`a second build of a workspace takes its crates from the cache${noRust}`, async t => {
	clean();
	const plain = build({});
	t.is(plain.code, 0, plain.stderr);
	const expected = made();
	t.true([...expected.keys()].some(name => name.endsWith('.so')));
	for (const {misses, directHits} of [
		{misses: 3, directHits: 0},
		{misses: 0, directHits: 3},
	]) {
		clean();
		const counted = await farm.during(() => {
			const wrappedBuild = build();
			t.is(wrappedBuild.code, 0, wrappedBuild.stderr);
			t.deepEqual(messages(wrappedBuild.stdout), messages(plain.stdout));
		});
		t.is(counted.misses, misses, JSON.stringify(counted));
		t.is(counted.directHits, directHits, JSON.stringify(counted));
		t.is(counted.fallbacks, 0, JSON.stringify(counted));
		const files = made();
		t.deepEqual([...files.keys()], [...expected.keys()]);
		for (const [name, text] of expected) t.true(files.get(name) === text, name);
		t.is(
			farm.run(join(farm.work, 'ws/target/debug/app'), []).stdout,
			'text hello "none" thing 7\n',
		);
	}
});

/** A build from nothing after a change: what is printed, and how many crates were compiled. */
async function after(
	change: () => void,
	env: Record<string, string> = {},
): Promise<{says: string; misses: number}> {
	change();
	settle();
	clean();
	let says = '';
	const {misses} = await farm.during(() => {
		const {stderr, code} = build({...wrapped(), ...env});
		says = code === 0 ? farm.run(join(farm.work, 'ws/target/debug/app'), []).stdout : stderr;
	});
	return {says, misses};
}

run(`what a crate reads besides its root is noticed${noRust}`, async t => {
	build();
	t.deepEqual(await after(() => farm.write('ws/text/src/text.txt', 'other\n')), {
		says: 'text other "none" thing 7\n',
		misses: 1,
	});
	t.deepEqual(await after(() => {}, {MOOD: 'good'}), {
		says: 'text other "good" thing 7\n',
		misses: 1,
	});
	t.deepEqual(
		await after(() =>
			farm.write(
				'ws/text/src/part.rs',
				'pub fn shown<T: std::fmt::Debug>(value: T) -> String {\n\tformat!("<{value:?}>")\n}\n',
			),
		),
		{says: 'text other <"none"> thing 7\n', misses: 1},
	);
	t.deepEqual(
		await after(() => farm.write('ws/three/three.c', 'int three(void) { return 5; }\n')),
		{
			says: 'text other <"none"> thing 9\n',
			misses: 1,
		},
	);
});

run(`a macro that changes changes the crates that use it${noRust}`, async t => {
	build();
	const {says, misses} = await after(() => {
		const text = farm.read('ws/derive/src/lib.rs').toString();
		farm.write('ws/derive/src/lib.rs', text.replace('\\"thing\\"', '\\"stuff\\"'));
	});
	t.regex(says, / stuff /);
	t.is(misses, 2);
});

run(`an incremental build is passed through and counted${noRust}`, async t => {
	clean();
	const counted = await farm.during(() => {
		t.is(build({...wrapped(), CARGO_INCREMENTAL: '1'}).code, 0);
	});
	t.is(counted.reasons.incremental, 3, JSON.stringify(counted));
	t.is(counted.misses + counted.directHits + counted.fallbacks, 0);
});

run(`an error of the compiler is the user's, and comes as rustc says it${noRust}`, async t => {
	const whole = farm.read('ws/text/src/part.rs');
	farm.write('ws/text/src/part.rs', 'pub fn shown() -> u8 { "no" }\n');
	settle();
	clean();
	const plain = build({});
	clean();
	const counted = await farm.during(() => {
		const failing = build();
		// Which of the other crates are done when cargo stops is a matter of time.
		const said = (stdout: string) =>
			messages(stdout).filter(line => line.includes('"level":"error"'));
		t.is(failing.code, plain.code);
		t.deepEqual(said(failing.stdout), said(plain.stdout));
		t.true(said(plain.stdout).length > 0);
	});
	t.is(counted.failed, 1);
	t.not(plain.code, 0);
	farm.write('ws/text/src/part.rs', whole);
	settle();
});
