import {Buffer, isUtf8} from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import {applyPlan} from '../../src/setup/apply/apply.js';
import {undoSetup} from '../../src/setup/apply/undo.js';
import type {PathChoice} from '../../src/setup/plan/answers.js';
import {plan} from '../../src/setup/plan/plan.js';
import {openTree} from '../../src/setup/plan/tree.js';
import {type Files, smallTree, snapshot} from './small-tree.js';
import {placeAt, shipped, wikiAnswers} from './wiki-answers.js';

const harmless = fc.constantFrom(
	'CFLAGS="-O2 -pipe"',
	'FEATURES="${FEATURES} ccache -sandbox"',
	'PATH="/opt/bin:${PATH}"',
	'export A=1 B=2 # why',
	'source /etc/portage/more',
	'# comment é',
	'',
);
const line = fc.oneof(
	harmless,
	fc.constantFrom(
		'A="one \\',
		'two"',
		'ORIGINAL_PATH="$PATH"',
		'# >>> sccache-gentoo >>>',
		'# <<< sccache-gentoo <<<',
		'app-arch/xz-utils default-path',
		'a/b no-lto # c',
		'pre_src_compile() { :; }',
	),
	fc.string({unit: 'binary', maxLength: 8}),
);
const linesOf = (each: fc.Arbitrary<string>) =>
	fc
		.array(fc.tuple(each, fc.constantFrom('\n', '\r\n')), {maxLength: 5})
		.map(lines => lines.flat().join(''));
/** Some without an end of the last line, and some not in UTF-8. */
const bytes = fc
	.tuple(fc.oneof(linesOf(harmless), linesOf(line)), fc.boolean(), fc.integer({min: 0, max: 4}))
	.map(([text, whole, other]) =>
		Buffer.from(whole ? text : text.replace(/\r?\n$/, ''), other === 0 ? 'latin1' : 'utf8'),
	);

const anyFiles: fc.Arbitrary<Files> = fc
	.record({
		conf: fc.oneof(fc.constant('file'), fc.constant('folder')),
		text: bytes,
		packageEnv: fc.option(bytes),
		bashrc: fc.option(bytes),
	})
	.map(({conf, text, packageEnv, bashrc}) => ({
		[conf === 'file' ? '/etc/portage/make.conf' : '/etc/portage/make.conf/10-mine']: text,
		'/etc/portage/more': 'X="y"\n',
		...(packageEnv === null ? {} : {'/etc/portage/package.env': packageEnv}),
		...(bashrc === null ? {} : {'/etc/portage/bashrc': bashrc}),
	}));
const anyPath = fc.constantFrom<PathChoice>('make.conf', 'wiki-tcp', 'bashrc', 'none');

const exclude = [{atom: 'app-arch/xz-utils', envFile: 'default-path'}] as const;

test('whatever the files of Portage: applied twice is once, undone is as before', t => {
	let changed = 0;
	fc.assert(
		fc.property(anyFiles, anyPath, anyPath, fc.boolean(), fc.boolean(), (...made) => {
			const [files, path, other, switchWrappers, reports] = made;
			const tree = smallTree('openrc', files);
			try {
				const place = placeAt(tree.root);
				const planned = (way: PathChoice) => {
					const answers = wikiAnswers({path: way, switchWrappers, reports, exclude});
					return plan({...answers, init: 'openrc'}, openTree(place), shipped);
				};
				const before = snapshot(tree.root);
				const first = planned(path);
				if (first.changes.some(each => each.path.startsWith('/etc/portage/make.conf'))) changed++;
				applyPlan(place, first);
				t.deepEqual(planned(path).changes, []);
				// Another way, and back: the block moves, and still all of it goes.
				applyPlan(place, planned(other));
				applyPlan(place, planned(path));
				t.deepEqual(planned(path).changes, []);
				undoSetup(place);
				t.deepEqual(snapshot(tree.root), before);
			} finally {
				tree.remove();
			}
		}),
		{numRuns: 100},
	);
	t.true(changed > 20);
});

test('after changes of the user, undoing takes our lines alone', t => {
	let undone = 0;
	fc.assert(
		fc.property(bytes, fc.constantFrom('make.conf', 'bashrc'), (text, path) => {
			const files = {'/etc/portage/make.conf': text, '/etc/portage/more': ''};
			const tree = smallTree('systemd', files);
			try {
				const place = placeAt(tree.root);
				const answers = wikiAnswers({path: path as PathChoice});
				const made = plan(answers, openTree(place), shipped);
				if (made.leftAlone.length > 0 || text.includes('sccache-gentoo')) return;
				applyPlan(place, made);
				const ours = tree.read('/etc/portage/make.conf');
				tree.write('/etc/portage/make.conf', Buffer.from(`# first\n${ours}`, 'latin1'));
				undoSetup(place);
				t.is(tree.read('/etc/portage/make.conf'), `# first\n${text.toString('latin1')}`);
				undone++;
			} finally {
				tree.remove();
			}
		}),
		{numRuns: 100},
	);
	t.true(undone > 10);
});

test('a make.conf that is not UTF-8 is left alone', t => {
	const text = Buffer.from('# caf\xe9\n', 'latin1');
	t.false(isUtf8(text));
	const tree = smallTree('systemd', {'/etc/portage/make.conf': text});
	t.teardown(tree.remove);
	const {changes, leftAlone} = plan(wikiAnswers(), openTree(placeAt(tree.root)), shipped);
	t.false(changes.some(({path}) => path === '/etc/portage/make.conf'));
	t.is(leftAlone[0]?.why, 'it is not UTF-8');
	t.regex(leftAlone[0]?.text ?? '', /^PATH="\/usr\/local\/libexec\/sccache:\$\{PATH\}"$/m);
});
