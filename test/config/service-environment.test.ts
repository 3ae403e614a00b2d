import {readFileSync} from 'node:fs';
import test from 'ava';
import {environmentOf, serviceEnvironment} from '../../src/config/service-environment.js';

/** What the client's service is told. */

test('where nothing else is said, it is what the unit says', t => {
	const unit = readFileSync('systemd/sccache-client.service', 'utf8');
	for (const [name, value] of Object.entries(serviceEnvironment({}))) {
		t.true(unit.includes(`\nEnvironment="${name}=${value}"\n`), name);
	}
});

test("the caller's own variables go before, empty ones do not count", t => {
	const {SCCACHE_DIR, SCCACHE_CONF, HOME} = serviceEnvironment({
		SCCACHE_DIR: '/mine',
		SCCACHE_CONF: '',
		HOME: '/root',
	});
	t.is(SCCACHE_DIR, '/mine');
	t.is(SCCACHE_CONF, '/etc/sccache/client.conf');
	t.is(HOME, '/root');
});

test('the environment of a process, and none of one that is not there', t => {
	t.is(environmentOf(process.pid)?.PATH, process.env.PATH);
	t.is(environmentOf(2 ** 30), undefined);
});
