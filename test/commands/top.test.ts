import {spawn, spawnSync} from 'node:child_process';
import {resolve} from 'node:path';
import test from 'ava';
import {liveView} from '../../src/protocol/live.js';
import {place} from '../client/live/place.js';

/** `sccache-gentoo top` for scripts. */

const program = resolve(import.meta.dirname, '../../bin/sccache-gentoo');

function once(env: NodeJS.ProcessEnv, ...args: readonly string[]) {
	const {status, stdout, stderr} = spawnSync(program, ['top', ...args], {env, encoding: 'utf8'});
	return {status, stdout, stderr};
}

test('--once prints a frame, plain where it is no terminal, and --json the view', async t => {
	const {daemon, run} = await place(t);
	t.is(await run('main.c', 'int a;'), 0);
	const text = once({...daemon.env, LC_ALL: 'C'}, '--once');
	t.is(text.status, 0);
	t.regex(text.stdout, /^sccache-gentoo top .*\nHere +-+ 0 of \d+ run\nCache /);
	t.regex(text.stdout, /^[ -~\n]*$/);
	t.true(once({...daemon.env, LC_ALL: 'C.UTF-8'}, '--once').stdout.includes('░'));
	const view = liveView.parse(JSON.parse(once(daemon.env, '--once', '--json').stdout));
	t.is(view.teller, 'client');
	// The minute may have turned since.
	t.deepEqual(view.clients[0]?.minutes.map(({compiles}) => compiles).filter(Boolean), [1]);
});

test('without a daemon --once ends with 1, and says what to do', async t => {
	const {daemon} = await place(t);
	await daemon.stop();
	const {status, stdout, stderr} = once(daemon.env, '--once');
	t.is(status, 1);
	t.is(stdout, '');
	t.regex(stderr, /error: No daemon answers on .*daemon\.sock\.\n/);
	t.regex(stderr, /hint: Start it: /);
	t.is(once(daemon.env, '--once', '--json').status, 1);
});

test('an interval that is none is refused', async t => {
	for (const interval of ['0', '-1', 'soon', '']) {
		const {status, stderr} = once(process.env, '--interval', interval);
		t.is(status, 2, interval);
		t.regex(stderr, /is no number of seconds/);
	}
});

test('where nothing can be drawn over, frame follows frame, and the end of the reader ends it', async t => {
	const {daemon} = await place(t);
	const child = spawn(program, ['top', '--interval', '0.2'], {
		env: {...daemon.env, TERM: 'dumb'},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	t.teardown(() => child.kill('SIGKILL'));
	const ended = new Promise(resolve => child.once('exit', resolve));
	let text = '';
	await new Promise<void>(resolve => {
		child.stdout.setEncoding('utf8').on('data', (more: string) => {
			text += more;
			if (text.split('sccache-gentoo top').length > 3) resolve();
		});
	});
	t.false(text.includes('\u001b'));
	child.stdout.destroy();
	t.is(await ended, 0);
});
