import test from 'ava';
import {createLog, type Level} from '../../src/lib/log.js';

function lines(level: Level, prefixed: boolean): string[] {
	const written: string[] = [];
	const log = createLog({level, prefixed, write: line => written.push(line)});
	log.error('it broke', {path: '/a b', count: 3});
	log.warn('hm');
	log.info('a server is there', {server: '[::1]:10501', missing: undefined});
	log.debug('a peer said', {text: 'two\nlines "quoted"'});
	return written;
}

test('what is less grave than asked for is not said', t => {
	t.deepEqual(lines('warn', false), ['error: it broke path="/a b" count=3\n', 'warn: hm\n']);
});

test('one line each, with its level for the journal', t => {
	t.deepEqual(lines('trace', true), [
		'<3>it broke path="/a b" count=3\n',
		'<4>hm\n',
		'<6>a server is there server=[::1]:10501\n',
		'<7>a peer said text="two\\nlines \\"quoted\\""\n',
	]);
});
