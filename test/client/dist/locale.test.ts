import test from 'ava';
import {remoteLocale} from '../../../src/client/dist/locale.js';

const of = (env: Record<string, string>) => remoteLocale(new Map(Object.entries(env)));

test('English and the C locale say the same on a server', t => {
	t.deepEqual(of({}), {name: 'C', saysTheSame: true});
	t.deepEqual(of({LANG: 'en_US.UTF-8'}), {name: 'C.UTF-8', saysTheSame: true});
	t.deepEqual(of({LANG: 'en_US.utf8', LC_ALL: 'C'}), {name: 'C', saysTheSame: true});
});

test('other languages and character sets do not', t => {
	t.deepEqual(of({LANG: 'de_DE.UTF-8'}), {name: 'C.UTF-8', saysTheSame: false});
	t.deepEqual(of({LANG: 'C.UTF-8', LANGUAGE: 'de'}), {name: 'C.UTF-8', saysTheSame: false});
	t.deepEqual(of({LANG: 'en_US.ISO-8859-1'}), {name: 'C', saysTheSame: false});
});

test('an empty variable counts for none', t => {
	t.deepEqual(of({LC_ALL: '', LANG: 'C.UTF-8'}), {name: 'C.UTF-8', saysTheSame: true});
});
