import test from 'ava';
import type {Level} from '../../src/lib/levels.js';
import {createLog, type LogOptions} from '../../src/lib/log.js';
import {everything, parseLogFilter} from '../../src/lib/log-filter.js';

const plain = {format: 'text', prefixed: false, millis: false} as const;

function opened(options: Partial<LogOptions>) {
	const written: string[] = [];
	const log = createLog({
		target: 'sccache::daemon',
		filter: everything('trace'),
		style: plain,
		now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678),
		write: line => written.push(line),
		...options,
	});
	return {log, written};
}

function lines(level: Level, style: LogOptions['style']): string[] {
	const {log, written} = opened({filter: everything(level), style});
	log.error('it broke', {path: '/a b', count: 3});
	log.warn('hm');
	log.info('a server is there', {server: '[::1]:10501', missing: undefined});
	log.debug('a peer said', {text: 'two\nlines "quoted"'});
	return written;
}

test('what is less grave than asked for is not said; a line begins as those of upstream do', t => {
	t.deepEqual(lines('warn', plain), [
		'[2026-01-02T03:04:05Z ERROR sccache::daemon] it broke path="/a b" count=3\n',
		'[2026-01-02T03:04:05Z WARN  sccache::daemon] hm\n',
	]);
	t.is(
		lines('error', {...plain, millis: true})[0],
		'[2026-01-02T03:04:05.678Z ERROR sccache::daemon] it broke path="/a b" count=3\n',
	);
});

test('one line each, with its level for the journal', t => {
	t.deepEqual(lines('trace', {...plain, prefixed: true}), [
		'<3>it broke path="/a b" count=3\n',
		'<4>hm\n',
		'<6>a server is there server=[::1]:10501\n',
		'<7>a peer said text="two\\nlines \\"quoted\\""\n',
	]);
});

test('a text of several lines is one line', t => {
	const {log, written} = opened({style: {...plain, prefixed: true}});
	log.warn('first\n  second\r\nthird');
	t.deepEqual(written, ['<4>first second third\n']);
});

test('as JSON, a line holds what is said field by field', t => {
	const [first, , third] = lines('trace', {format: 'json', prefixed: false, millis: false});
	t.deepEqual(JSON.parse(first ?? ''), {
		level: 'error',
		time: '2026-01-02T03:04:05.678Z',
		target: 'sccache::daemon',
		path: '/a b',
		count: 3,
		msg: 'it broke',
	});
	t.false(Object.hasOwn(JSON.parse(third ?? ''), 'missing'));
	const [prefixed] = lines('trace', {format: 'json', prefixed: true, millis: false});
	t.is(prefixed, `<3>${first}`);
});

test('each part is heard as its name is asked for', t => {
	const {filter} = parseLogFilter('warn,sccache::dist=debug,sccache::dist::more=off', 'info');
	const {log, written} = opened({filter, style: {...plain, prefixed: true}});
	for (const target of ['sccache::daemon', 'sccache::dist', 'sccache::dist::more']) {
		const part = log.of(target);
		part.warn(target);
		part.debug(target);
		part.trace(target);
		t.is(part.isOn('debug'), target === 'sccache::dist');
	}
	t.deepEqual(written, ['<4>sccache::daemon\n', '<4>sccache::dist\n', '<7>sccache::dist\n']);
});

test('a pattern lets through only lines that have it, in their text or their fields', t => {
	const {filter} = parseLogFilter('info/foo[.]c', 'info');
	const {log, written} = opened({filter, style: {...plain, prefixed: true}});
	log.info('compiled', {source: 'foo.c'});
	log.info('compiled', {source: 'food'});
	t.deepEqual(written, ['<6>compiled source=foo.c\n']);
});

test('what one compile asks for is said beside what the daemon is set to', t => {
	const {log, written} = opened({filter: everything('warn'), style: {...plain, prefixed: true}});
	const own = log.and(parseLogFilter('sccache::dist=debug', 'warn').filter);
	log.of('sccache::dist').debug('the daemon');
	own.of('sccache::dist').debug('the compile');
	own.of('sccache::compile').debug('another part');
	own.of('sccache::compile').warn('a warning');
	t.deepEqual(written, ['<7>the compile\n', '<4>a warning\n']);
});

test('a compile that asks for nothing does not silence the daemon', t => {
	const {log, written} = opened({filter: everything('warn'), style: {...plain, prefixed: true}});
	log.and(parseLogFilter('off', 'warn').filter).warn('still');
	t.deepEqual(written, ['<4>still\n']);
});
