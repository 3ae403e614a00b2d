import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {type Distributing, startDistributing, unableToDistribute} from '../e2e/distributing.js';
import {type Counted, type Farm, program, settle} from '../e2e/farm.js';
import {cargo, filesBelow, noRust, plainRustc, rustc, writeWorkspace} from './rust-farm.js';

/** Crates compiled on a server: what comes back is to the byte what this machine would have made. */

const unable = unableToDistribute();
const because = unable === undefined ? noRust : ` (${unable})`;
const run = because === '' ? test.serial : test.skip;

let distributing: Distributing;
let farm: Farm;
test.before(async () => {
	if (because !== '') return;
	distributing = await startDistributing();
	farm = distributing.farm;
	await untilRustDistributes();
});
test.after.always(() => distributing?.close());

/** The toolchain is packed in the background first. */
async function untilRustDistributes(): Promise<void> {
	const seen = new Set<string>();
	for (let probe = 0; probe < 300; probe++) {
		farm.write('probe/lib.rs', `pub fn probe() -> u32 { ${probe} }\n`);
		settle();
		const {away, stayed} = await farm.during(() => {
			rustc(farm, ['--crate-name=probe', '--crate-type=lib', '--error-format=json', 'lib.rs'], {
				cwd: join(farm.work, 'probe'),
			});
		});
		if (away > 0) return;
		for (const reason of Object.keys(stayed)) seen.add(reason);
		await sleep(300);
	}
	throw new Error(`nothing leaves this machine: ${[...seen].join(', ')}\n${farm.daemonSaid}`);
}

run(`a workspace is compiled on a server, macros and all${because}`, async t => {
	writeWorkspace(farm, 'ws');
	const build = (env: Record<string, string> = {RUSTC_WRAPPER: program}) => {
		rmSync(join(farm.work, 'ws/target'), {recursive: true, force: true});
		return cargo(farm, ['build', '--offline', '--release', '--message-format=json'], 'ws', env);
	};
	const made = () =>
		new Map(
			[...filesBelow(farm, 'ws/target')]
				.filter(([name]) => /\/deps\/.*(?:\.d|\.rlib|\.rmeta|\.so)$/.test(name))
				.map(([name, bytes]) => [name, bytes.toString('latin1')]),
		);
	const lines = (stdout: string) => stdout.split('\n').filter(Boolean).sort();
	const plain = build({});
	t.is(plain.code, 0, plain.stderr);
	const expected = made();
	// cargo compiles the macro as a member of the workspace, and as what another member is built with.
	for (const {away, directHits} of [
		{away: 2, directHits: 0},
		{away: 0, directHits: 4},
	]) {
		const counted = await farm.during(() => {
			const wrapped = build();
			t.is(wrapped.code, 0, wrapped.stderr);
			t.deepEqual(lines(wrapped.stdout), lines(plain.stdout));
		});
		t.is(counted.away, away, `${JSON.stringify(counted)}\n${farm.daemonSaid}`);
		t.is(counted.directHits, directHits, JSON.stringify(counted));
		if (away > 0) t.deepEqual(counted.stayed, {'a linker runs': 2}, JSON.stringify(counted));
		const files = made();
		t.deepEqual([...files.keys()], [...expected.keys()]);
		for (const [name, text] of expected) t.true(files.get(name) === text, name);
	}
});

const json = ['--error-format=json', '--json=diagnostic-rendered-ansi,artifacts'];
const lib = ['--edition=2021', '--crate-type=lib', ...json];

interface Ways {
	readonly args?: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	/** Why it is compiled here; undefined: on a server. */
	readonly stays?: string;
}

async function likePlain(t: ExecutionContext, folder: string, ways: Ways): Promise<Counted> {
	const cwd = join(farm.work, folder);
	settle();
	const args = [
		...[...lib, '--crate-name=one', '--emit=dep-info,metadata,link', '--out-dir=out'],
		...['-Copt-level=2', 'lib.rs', ...(ways.args ?? [])],
	];
	const fresh = () => {
		rmSync(join(cwd, 'out'), {recursive: true, force: true});
		mkdirSync(join(cwd, 'out'));
	};
	const options = {cwd, env: ways.env ?? {}};
	fresh();
	const plain = plainRustc(farm, args, options);
	t.is(plain.code, 0, plain.stderr);
	const expected = filesBelow(farm, `${folder}/out`);
	fresh();
	const counted = await farm.during(() => {
		t.deepEqual(rustc(farm, args, options), plain);
	});
	const files = filesBelow(farm, `${folder}/out`);
	t.deepEqual([...files.keys()], [...expected.keys()]);
	for (const [name, bytes] of expected) t.true(files.get(name)?.equals(bytes), name);
	t.deepEqual(counted.stayed, ways.stays === undefined ? {} : {[ways.stays]: 1}, farm.daemonSaid);
	t.is(counted.away, ways.stays === undefined ? 1 : 0, JSON.stringify(counted));
	return counted;
}

run(`modules, included files, variables and warnings${because}`, async t => {
	farm.write(
		'parts/lib.rs',
		'mod a;\nmod b { pub mod c; }\npub const T: &str = include_str!("../shared.txt");\npub const V: Option<&str> = option_env!("MY_OWN");\npub const W: &str = env!("CARGO_PKG_NAME");\npub fn f() -> u32 { let unused = 1; a::f() + b::c::f() }\n',
	);
	farm.write('parts/a.rs', 'pub fn f() -> u32 { 1 }\n');
	farm.write('parts/b/c.rs', 'pub fn f() -> u32 { 2 }\n');
	farm.write('shared.txt', 'text');
	await likePlain(t, 'parts', {env: {MY_OWN: 'é "x"\nline', CARGO_PKG_NAME: 'n'}});
	await likePlain(t, 'parts', {
		env: {CARGO_PKG_NAME: 'n'},
		args: ['-Cdebuginfo=2', '-Cmetadata=x'],
	});
});

run(`crates behind crates, as rlib and as metadata${because}`, async t => {
	const compile = (args: readonly string[]) => {
		const done = plainRustc(farm, [...lib, '--out-dir=deps', '-Ldependency=deps', ...args], {
			cwd: join(farm.work, 'chain'),
		});
		if (done.code !== 0) throw new Error(done.stderr);
	};
	farm.write('chain/low.rs', '#[inline]\npub fn f<T: Into<u64>>(t: T) -> u64 { t.into() + 1 }\n');
	farm.write('chain/mid.rs', 'pub use low::f;\n#[inline]\npub fn g() -> u64 { low::f(2u8) }\n');
	farm.write('chain/lib.rs', 'pub fn h() -> u64 { mid::f(3u32) + mid::g() }\n');
	mkdirSync(join(farm.work, 'chain/deps'), {recursive: true});
	settle();
	compile(['--crate-name=low', '--emit=metadata,link', 'low.rs']);
	compile(['--crate-name=mid', '--emit=metadata,link', '--extern=low=deps/liblow.rmeta', 'mid.rs']);
	const args = (mid: string) => ['-Ldependency=deps', `--extern=mid=deps/${mid}`];
	await likePlain(t, 'chain', {args: args('libmid.rmeta')});
	await likePlain(t, 'chain', {args: [...args('libmid.rlib'), '-Cmetadata=y']});
	rmSync(join(farm.work, 'chain/deps/liblow.rmeta'));
	await likePlain(t, 'chain', {args: [...args('libmid.rlib'), '-Cmetadata=z']});
});

run(`what depends on this machine stays here, with its reason${because}`, async t => {
	farm.write('stays/lib.rs', 'pub const H: Option<&str> = option_env!("HOME");\n');
	await likePlain(t, 'stays', {stays: 'the crate reads HOME'});
	farm.write('stays/lib.rs', 'pub fn f() {}\n');
	await likePlain(t, 'stays', {args: ['-Ctarget-cpu=native'], stays: '-C target-cpu=native'});
	await likePlain(t, 'stays', {env: {SCCACHE_NO_DIST: '1'}, stays: 'SCCACHE_NO_DIST'});
});

run(`a crate that does not compile is compiled here again, and says so once${because}`, async t => {
	farm.write('wrong/lib.rs', 'pub fn f() -> u8 { "no" }\n');
	settle();
	const cwd = join(farm.work, 'wrong');
	const args = [...lib, '--crate-name=one', 'lib.rs'];
	t.deepEqual(rustc(farm, args, {cwd}), plainRustc(farm, args, {cwd}));
});

run(`neither cache nor key of a crate is changed by where it was compiled${because}`, async t => {
	farm.write('same/lib.rs', 'pub fn f() -> u32 { 77 }\n');
	await likePlain(t, 'same', {});
	const cwd = join(farm.work, 'same');
	const args = [
		...[...lib, '--crate-name=one', '--emit=dep-info,metadata,link', '--out-dir=out'],
		...['-Copt-level=2', 'lib.rs'],
	];
	const counted = await farm.during(() => {
		t.is(rustc(farm, args, {cwd}).code, 0);
	});
	t.is(counted.directHits, 1, JSON.stringify(counted));
	const without = await farm.during(() => {
		t.is(rustc(farm, args, {cwd, env: {SCCACHE_NO_CACHE: '1'}}).code, 0);
	});
	t.is(without.away, 1, JSON.stringify(without));
	t.is(without.directHits, 0);
});
