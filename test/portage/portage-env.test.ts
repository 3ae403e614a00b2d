import {readdirSync, readFileSync} from 'node:fs';
import test from 'ava';
import {bypassVariable} from '../../src/portage/bashrc.js';
import {lastValue} from '../../src/portage/make-conf-facts.js';
import {readMakeConf} from '../../src/portage/make-conf-read.js';
import {envFiles} from '../../src/portage/package-env.js';

/** The files that are shipped, as Portage reads them. */

function read(name: string) {
	const text = readFileSync(`portage-env/${name}`, 'utf8');
	const known = new Map([['ORIGINAL_PATH', '/usr/bin:/bin']]);
	const reading = readMakeConf(text, undefined, known);
	if (reading.kind === 'refused') throw new Error(reading.reason);
	return reading.assignments;
}

test('each opt-out has its file, and each file is an opt-out', t => {
	t.deepEqual(readdirSync('portage-env').sort(), Object.keys(envFiles).sort());
});

test('default-path puts the PATH back, and stops the block in bashrc', t => {
	const assignments = read('default-path');
	t.is(lastValue(assignments, 'PATH'), '/usr/bin:/bin');
	t.is(lastValue(assignments, bypassVariable), '1');
});

test('the others set what the client heeds', t => {
	t.is(lastValue(read('no-dist'), 'SCCACHE_NO_DIST'), '1');
	t.is(lastValue(read('no-cache'), 'SCCACHE_NO_CACHE'), '1');
});
