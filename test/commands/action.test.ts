import test from 'ava';
import fc from 'fast-check';
import {parseAction, UsageError} from '../../src/commands/sccache/action.js';
import {formatSize} from '../../src/commands/sccache/format-size.js';

/** What the front is asked for. */

const plain = [
	['--zero-stats', 'zeroStats'],
	['-z', 'zeroStats'],
	['--start-server', 'startServer'],
	['--internal-start-server', 'internalStartServer'],
	['--stop-server', 'stopServer'],
	['--dist-status', 'distStatus'],
	['--dist-auth', 'distAuth'],
	['--debug-preprocessor-cache', 'debugPreprocessorCache'],
	['--help', 'help'],
	['-h', 'help'],
	['--version', 'version'],
	['-V', 'version'],
] as const;

test('each action has its flag', t => {
	for (const [flag, name] of plain) t.deepEqual(parseAction([flag]), {name}, flag);
	t.deepEqual(parseAction(['-s']), {name: 'showStats', advanced: false, format: 'text'});
	t.deepEqual(parseAction(['--show-adv-stats', '--stats-format', 'json']), {
		name: 'showStats',
		advanced: true,
		format: 'json',
	});
	t.deepEqual(parseAction(['--stats-format=json', '--show-stats']), {
		name: 'showStats',
		advanced: false,
		format: 'json',
	});
	t.deepEqual(parseAction(['--package-toolchain', '/usr/bin/gcc', 'out.tar.gz']), {
		name: 'packageToolchain',
		executable: '/usr/bin/gcc',
		output: 'out.tar.gz',
	});
});

test('none, two, unknown ones and what is too much are refused by name', t => {
	const refused: readonly (readonly [readonly string[], RegExp])[] = [
		[[], /one action/],
		[['--stats-format=json'], /one action/],
		[['--show-stats', '--zero-stats'], /'--show-stats' cannot be used with '--zero-stats'/],
		[['--show-stats', '--stats-format=xml'], /'xml'.*text, json/],
		[['--frobnicate'], /--frobnicate/],
		[['--show-stats', 'more'], /'more'/],
		[['--package-toolchain', 'gcc'], /<EXE> <OUT>/],
	];
	for (const [args, message] of refused) {
		t.throws(() => parseAction(args), {instanceOf: UsageError, message}, args.join(' '));
	}
});

test('whatever the words: an action or a UsageError', t => {
	const word = fc.oneof(
		fc.constantFrom(...plain.map(([flag]) => flag), '--show-stats', '--stats-format', 'json', '--'),
		fc.string(),
	);
	fc.assert(
		fc.property(fc.array(word, {maxLength: 4}), args => {
			try {
				t.is(typeof parseAction(args).name, 'string');
			} catch (error) {
				t.true(error instanceof UsageError, String(error));
			}
		}),
	);
});

test('sizes are whole, in the largest unit that leaves one', t => {
	t.is(formatSize(0), '0 bytes');
	t.is(formatSize(1023), '1023 bytes');
	t.is(formatSize(1024), '1 KiB');
	t.is(formatSize(10 * 1024 ** 3), '10 GiB');
	t.is(formatSize(5000 * 1024 ** 5), '5000 PiB');
});
