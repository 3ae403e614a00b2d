import test from 'ava';
import {levelFor, parseLogFilter} from '../../src/lib/log-filter.js';

/** As env_logger understands the same texts. */
const cases: readonly [spec: string, target: string, level: string | undefined][] = [
	['debug', 'sccache::compile', 'debug'],
	['DEBUG', 'sccache::compile', 'debug'],
	['off', 'sccache::compile', undefined],
	['sccache=debug', 'sccache::compile', 'debug'],
	['sccache=debug', 'hyper', undefined],
	['sccache', 'sccache::compile', 'trace'],
	['sccache::dist=', 'sccache::dist', 'trace'],
	['sccache::server=trace', 'sccache::compile', undefined],
	['info,sccache::dist=trace', 'sccache::compile', 'info'],
	['sccache::dist=trace,info', 'sccache::dist', 'trace'],
	['info , sccache::dist = warn', 'sccache::dist', 'warn'],
	['warn,info', 'sccache::dist', 'info'],
	['', 'sccache::dist', 'error'],
	['a=b=c', 'sccache::dist', 'error'],
	['debug/xz', 'sccache::dist', 'debug'],
	['/xz', 'sccache::dist', 'error'],
];

for (const [spec, target, level] of cases) {
	test(`${JSON.stringify(spec)} hears ${target} down to ${level}`, t => {
		t.is(levelFor(parseLogFilter(spec, 'error').filter, target), level as never);
	});
}

test('what is wrong is left out and named, and the rest holds', t => {
	const {filter, warnings} = parseLogFilter('loud=very,debug/(', 'warn');
	t.is(levelFor(filter, 'any'), 'debug');
	t.is(filter.pattern, undefined);
	t.deepEqual(warnings, [
		'SCCACHE_LOG: "loud=very" is ignored',
		'SCCACHE_LOG: its regular expression is ignored',
	]);
});
