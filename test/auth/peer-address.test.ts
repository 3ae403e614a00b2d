import test from 'ava';
import {comesFrom} from '../../src/auth/peer-address.js';

test('an address is itself, however it is written', t => {
	t.true(comesFrom('192.0.2.1', ['192.0.2.1']));
	t.true(comesFrom('::ffff:192.0.2.1', ['192.0.2.1']));
	t.true(comesFrom('192.0.2.1', ['::ffff:c000:201']));
	t.true(comesFrom('2001:db8::1', ['2001:DB8:0:0:0:0:0:1']));
	t.true(comesFrom('fe80::1%eth0', ['fe80::1']));
});

test('another address is not', t => {
	t.false(comesFrom('192.0.2.2', ['192.0.2.1']));
	t.false(comesFrom('2001:db8::1', ['2001:db8::2']));
	t.false(comesFrom('::192.0.2.1', ['192.0.2.1']));
	t.false(comesFrom('::1', ['127.0.0.1']));
});

test('any address that a name resolves to will do, and none is none', t => {
	t.true(comesFrom('2001:db8::1', ['192.0.2.1', '2001:db8::1']));
	t.false(comesFrom('192.0.2.3', ['192.0.2.1', '2001:db8::1']));
	t.false(comesFrom('192.0.2.1', []));
});

test('what is no IP address comes from nowhere', t => {
	t.false(comesFrom('', ['']));
	t.false(comesFrom('host', ['host']));
	t.false(comesFrom('192.0.2.1', ['host']));
});
