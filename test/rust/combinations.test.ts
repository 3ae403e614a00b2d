import {linkSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {Farm, program} from '../e2e/farm.js';
import {cargo, noRust, rustEnvironment, writeWorkspace} from './rust-farm.js';

/** Every way in which the wiki, make.conf and cargo can lead compilers through us, all at once too: none of them hangs or fails. */

const run = noRust === '' ? test.serial : test.skip;

let farm: Farm;
test.before(async () => {
	if (noRust !== '') return;
	farm = await Farm.start();
	for (const name of ['rustc', 'clippy-driver']) linkSync(program, join(farm.shims, name));
	writeWorkspace(farm, 'ws');
});
test.after.always(() => farm?.close());

type Env = Record<string, string>;

const shim = (name: string) => join(farm.shims, name);

const ofC: Record<string, () => Env> = {
	'the plain cc': () => ({}),
	'cc by PATH through a shim': () => ({PATH: `${farm.shims}:${rustEnvironment(farm).PATH}`}),
	'CC, CXX and CPP are shims': () => ({CC: shim('gcc'), CXX: shim('g++'), CPP: shim('cpp')}),
	'a nested make, CC is a shim': () => ({NESTED_MAKE: '1', CC: shim('gcc')}),
};

const ofRust: Record<string, () => Env> = {
	'the plain rustc': () => ({}),
	RUSTC_WRAPPER: () => ({RUSTC_WRAPPER: program}),
	RUSTC_WORKSPACE_WRAPPER: () => ({RUSTC_WORKSPACE_WRAPPER: program}),
	'both wrappers': () => ({RUSTC_WRAPPER: program, RUSTC_WORKSPACE_WRAPPER: program}),
	'RUSTC is a shim': () => ({RUSTC: shim('rustc')}),
	'RUSTC is a shim behind RUSTC_WRAPPER': () => ({RUSTC: shim('rustc'), RUSTC_WRAPPER: program}),
};

const ofLinker: Record<string, () => Env> = {
	'the plain linker': () => ({}),
	'the linker is a shim': () => ({RUSTFLAGS: `-Clinker=${shim('cc')}`}),
};

for (const [c, cEnv] of Object.entries(ofC)) {
	for (const [rust, rustEnv] of Object.entries(ofRust)) {
		for (const [linker, linkerEnv] of Object.entries(ofLinker)) {
			if (c === 'the plain cc' && rust === 'the plain rustc') continue;
			run(`a crate with C in it builds: ${c}, ${rust}, ${linker}${noRust}`, t => {
				const env = {...cEnv(), ...rustEnv(), ...linkerEnv()};
				rmSync(join(farm.work, 'ws/target'), {recursive: true, force: true});
				const built = cargo(farm, ['build', '--offline', '-j2'], 'ws', env);
				t.false(built.hung, built.stderr);
				t.is(built.code, 0, built.stderr);
				t.notRegex(built.stderr, /jobserver/);
				t.is(
					farm.run(join(farm.work, 'ws/target/debug/app'), []).stdout,
					'text hello "none" thing 7\n',
				);
			});
		}
	}
}

run(`with everything through us both languages are cached${noRust}`, async t => {
	const env = {
		CC: shim('gcc'),
		RUSTC_WRAPPER: program,
		RUSTFLAGS: `-Clinker=${shim('cc')}`,
		PATH: `${farm.shims}:${rustEnvironment(farm).PATH}`,
	};
	for (let pass = 0; pass < 2; pass++) {
		rmSync(join(farm.work, 'ws/target'), {recursive: true, force: true});
		const counted = await farm.during(() => {
			t.is(cargo(farm, ['build', '--offline'], 'ws', env).code, 0);
		});
		t.is(counted.fallbacks, 0, JSON.stringify(counted));
		if (pass === 1) t.is(counted.directHits, 4, JSON.stringify(counted));
	}
});

run(`clippy is cached, with what it says${noRust}`, async t => {
	const lint = () => cargo(farm, ['clippy', '--offline'], 'ws', {RUSTC_WRAPPER: program});
	rmSync(join(farm.work, 'ws/target'), {recursive: true, force: true});
	const first = lint();
	if (/no such command|not installed/.test(first.stderr)) {
		t.log('no clippy');
		t.pass();
		return;
	}
	t.is(first.code, 0, first.stderr);
	rmSync(join(farm.work, 'ws/target'), {recursive: true, force: true});
	const counted = await farm.during(() => {
		const again = lint();
		const said = (text: string) =>
			text.split('\n').filter(line => !/Finished|Checking|Compiling/.test(line));
		t.deepEqual(said(again.stderr), said(first.stderr));
	});
	t.true(counted.directHits >= 3, JSON.stringify(counted));
	t.is(counted.misses, 0, JSON.stringify(counted));
});
