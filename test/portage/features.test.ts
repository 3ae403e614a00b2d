import test from 'ava';
import {featuresInForce} from '../../src/portage/make-conf-facts.js';
import {readMakeConf} from '../../src/portage/make-conf-read.js';

/** FEATURES as Portage adds them up. */

function inForce(text: string): readonly string[] {
	const reading = readMakeConf(text);
	return reading.kind === 'read' ? featuresInForce(reading.assignments) : [];
}

const defaults = [
	'ipc-sandbox',
	'network-sandbox',
	'pid-sandbox',
	'sandbox',
	'userpriv',
	'usersandbox',
];

test("what make.conf does not say is as Portage's defaults have it", t => {
	t.deepEqual(inForce(''), defaults);
	t.deepEqual(inForce('FEATURES="ccache"\n'), [...defaults, 'ccache']);
});

test("the wiki's words take sandboxes away, -* all, and the last one counts", t => {
	t.deepEqual(
		inForce(
			`FEATURES="\${FEATURES} -ipc-sandbox -network-sandbox -network-sandbox-proxy -pid-sandbox"\n`,
		),
		['sandbox', 'userpriv', 'usersandbox'],
	);
	t.deepEqual(inForce('FEATURES="-* distcc"\n'), ['distcc']);
	t.true(inForce('FEATURES="-userpriv userpriv"\n').includes('userpriv'));
});
