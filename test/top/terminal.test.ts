import {resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import stringWidth from 'string-width';
import {ended, place} from '../client/live/place.js';
import {hasProgram} from '../helpers/has-program.js';
import {startDaemon} from '../helpers/private-daemon.js';
import {PseudoTerminal} from './pseudo-terminal.js';

/** `sccache-gentoo top` on a real pseudo-terminal, with a real daemon and real compiles. */

const top = resolve(import.meta.dirname, '../../bin/sccache-gentoo');
const onTerminal = hasProgram('script') ? test : test.skip;

const after = '; echo "exit=$?="; stty -a; echo done';

function open(t: ExecutionContext, command: string, env: NodeJS.ProcessEnv): PseudoTerminal {
	const terminal = new PseudoTerminal(command, env);
	t.teardown(() => terminal.close());
	return terminal;
}

const shows =
	(expected: RegExp) =>
	({screen}: PseudoTerminal): boolean =>
		screen.some(line => expected.test(line));

/** The terminal has its own screen, cursor, wrapping and line editing again. */
function isRestored(t: ExecutionContext, {text}: PseudoTerminal): void {
	const left = text.lastIndexOf('\u001b[?1049l');
	t.true(left > text.lastIndexOf('\u001b[?1049h'));
	t.true(text.lastIndexOf('\u001b[?25h') > text.lastIndexOf('\u001b[?25l'));
	t.true(text.lastIndexOf('\u001b[?7h') > text.lastIndexOf('\u001b[?7l'));
	t.regex(text.slice(left), /exit=0=/);
	t.regex(text.slice(left), / icanon .* echo /s);
}

onTerminal('a compile is seen while it runs, and q quits', async t => {
	const {daemon, compile} = await place(t);
	const terminal = open(t, `${top} top --interval 0.2${after}`, daemon.env);
	await terminal.until(shows(/No compile is under way/));
	const end = ended(compile('main.c'));
	await terminal.until(shows(/^ {2}main\.c .* runs here/));
	t.true(shows(/dev-libs\/foo-1\.2-r3 +1 /)(terminal));
	await end;
	await terminal.until(shows(/No compile is under way/));
	await terminal.until(shows(/0 of 1 compile hit/));
	terminal.type('q');
	await terminal.until(({text}) => text.includes('done\r\n'));
	isRestored(t, terminal);
});

for (const [how, end] of [
	['Ctrl-C', (terminal: PseudoTerminal) => terminal.type('\u0003')],
	...(['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map(
		signal =>
			[
				signal,
				({text}: PseudoTerminal) => process.kill(Number(/pid=(\d+)=/.exec(text)?.[1]), signal),
			] as const,
	),
] as const) {
	onTerminal(`${how} ends it, and leaves the terminal as it was`, async t => {
		const {daemon} = await place(t);
		const command = `sh -c 'echo "pid=$$="; exec ${top} top'${after}`;
		const terminal = open(t, command, daemon.env);
		await terminal.until(shows(/No compile is under way/));
		end(terminal);
		await terminal.until(({text}) => text.includes('done\r\n'));
		isRestored(t, terminal);
	});
}

onTerminal('it follows the size of the terminal, down to the smallest', async t => {
	const {daemon} = await place(t);
	const terminal = open(t, `${top} top --no-color`, daemon.env);
	await terminal.until(shows(/No compile is under way/));
	for (const [columns, rows] of [
		[40, 12],
		[20, 5],
		[100, 30],
	] as const) {
		const before = terminal.text.length;
		terminal.resize(columns, rows);
		await terminal.until(({text}) => text.slice(before).includes('\u001b[2J'));
		await terminal.until(({screen}) => screen.length === rows);
		for (const line of terminal.screen) t.true(stringWidth(line) <= columns, line);
	}
	terminal.type('q');
	t.is(await terminal.end(), 0);
});

onTerminal('keys choose what is seen', async t => {
	const {daemon} = await place(t);
	const terminal = open(t, `${top} top --no-color`, daemon.env);
	await terminal.until(shows(/sort: jobs .* group: package .* view: all/));
	terminal.type('sp');
	await terminal.until(shows(/sort: age .* group: server .* view: all/));
	terminal.type('h');
	await terminal.until(shows(/suspend; fg goes on/));
	terminal.type('\u001b[6~');
	terminal.type('h');
	await terminal.until(shows(/No compile is under way/));
	terminal.type('q');
	t.is(await terminal.end(), 0);
});

onTerminal('without a daemon it says so and waits for one, and for the next', async t => {
	const {folder, daemon} = await place(t);
	await daemon.stop();
	const terminal = open(t, `${top} top --interval 0.2`, daemon.env);
	await terminal.until(shows(/No daemon answers on .*daemon\.sock/));
	const next = await startDaemon(folder);
	t.teardown(() => next.stop());
	await terminal.until(shows(/No compile is under way/));
	await next.stop();
	await terminal.until(shows(/No daemon answers/));
	const last = await startDaemon(folder);
	t.teardown(() => last.stop());
	await terminal.until(shows(/No compile is under way/));
	terminal.type('q');
	t.is(await terminal.end(), 0);
});

const inShell = hasProgram('script') && hasProgram('bash') ? test : test.skip;

inShell('Ctrl-Z gives the shell its terminal back, and fg goes on', async t => {
	const {daemon} = await place(t);
	const terminal = open(t, 'exec bash --norc --noprofile -i', {...daemon.env, PS1: 'ready> '});
	await terminal.until(({text}) => text.includes('ready> '));
	terminal.type(`${top} top\r`);
	await terminal.until(shows(/No compile is under way/));
	terminal.type('\u001a');
	await terminal.until(({text}) => /Stopped.*ready> $/s.test(text));
	t.deepEqual(terminal.screen, []);
	terminal.type('stty -a\r');
	await terminal.until(({text}) => / -?icanon .*ready> $/s.test(text));
	const stopped = terminal.text.length;
	terminal.type('fg\r');
	await terminal.until(
		({text}) => text.length > stopped && text.includes('\u001b[?1049h', stopped),
	);
	await terminal.until(shows(/No compile is under way/));
	terminal.type('q');
	await terminal.until(({text}) => /1049l.*ready> $/s.test(text.slice(stopped)));
	terminal.type('exit\r');
	t.is(await terminal.end(), 0);
});

onTerminal('a terminal that is gone ends it', async t => {
	const {daemon} = await place(t);
	const terminal = open(t, `sh -c 'echo "pid=$$="; exec ${top} top'`, daemon.env);
	await terminal.until(shows(/No compile is under way/));
	const pid = Number(/pid=(\d+)=/.exec(terminal.text)?.[1]);
	terminal.close('SIGKILL');
	await terminal.end();
	for (let tries = 0; tries < 1000 && isAlive(pid); tries++) await sleep(20);
	t.false(isAlive(pid));
});

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
