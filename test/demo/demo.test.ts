import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {text} from 'node:stream/consumers';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';

const main = resolve(import.meta.dirname, 'main.js');

/** The demo with a temporary folder of its own, where what it leaves can be seen. */
function startDemo() {
	const folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
	const child = spawn(process.execPath, [main], {
		env: {...process.env, TMPDIR: folder},
		stdio: ['ignore', 'pipe', 'pipe'],
		detached: true,
	});
	return {folder, child, exited: once(child, 'exit')};
}

test.serial('the demo finds every object identical and every warm compile a hit', async t => {
	t.timeout(600_000);
	const {folder, child, exited} = startDemo();
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	const [said, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
	const [code] = await exited;
	t.is(code, 0, `${said}${complaints}`);
	t.regex(said, /^seconds +plain +cold +warm +plain\/warm$/m);
	t.regex(said, /identical to the plain compiler's/);
	t.regex(said, /^hits on the warm pass: (\d+) of \1$/m);
	t.deepEqual(readdirSync(folder), []);
});

test.serial('an interrupted demo leaves nothing behind', async t => {
	t.timeout(60_000);
	const {folder, child, exited} = startDemo();
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	await once(child.stdout, 'data');
	await sleep(500);
	// As a terminal does it: the whole process group, the daemon among them.
	process.kill(-(child.pid ?? Number.NaN), 'SIGINT');
	const [code, signal] = await exited;
	t.deepEqual([code, signal], [130, null]);
	t.deepEqual(readdirSync(folder), []);
});
