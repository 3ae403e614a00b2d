import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {gentoo} from '../commands/gentoo.js';
import {Farm, settle} from '../e2e/farm.js';
import {noRust, rustc} from './rust-farm.js';

const run = noRust === '' ? test : test.skip;

run(`what keeps a crate from the cache is told as of other sources${noRust}`, async t => {
	const farm = await Farm.start();
	t.teardown(() => farm.close());
	mkdirSync(join(farm.work, 'out'));
	farm.write('lib.rs', 'mod part;\npub fn all() -> i32 { part::one() }\n');
	farm.write('part.rs', 'pub fn one() -> i32 { 1 }\n');
	settle();
	const why = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
		const common = ['--crate-type=rlib', '--crate-name=demo', '--emit=link,dep-info'];
		const {code, stderr} = rustc(farm, [...common, '--out-dir=out', 'lib.rs', ...args], {env});
		t.is(code, 0, stderr);
		return gentoo(farm, ['why', '--last']).stdout;
	};
	t.regex(why([]), /lib\.rs\n.*No earlier compile of this source is remembered/s);
	t.regex(why([]), /It came from the cache/);
	t.regex(why(['-Copt-level=3']), / {2}the arguments:\n {4}now {3}.*opt-level=3\n/);
	t.regex(
		why([], {CARGO_PKG_VERSION: '2'}),
		/ {2}the environment:\n {4}now {3}CARGO_PKG_VERSION=2\n/,
	);
	farm.write('part.rs', 'pub fn one() -> i32 { 2 }\n');
	settle();
	t.regex(why([]), /made with other files:\n {2}part\.rs has changed\n/);
	t.regex(gentoo(farm, ['why', 'demo']).stdout, /part\.rs has changed/);
});
