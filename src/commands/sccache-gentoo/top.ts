import {existsSync} from 'node:fs';
import {Command, Errors, Flags} from '@oclif/core';
import {processEnvironment} from '../../config/environment.js';
import {initOf, serviceCommand} from '../../doctor/service.js';
import {AppError} from '../../lib/errors.js';
import type {LiveView} from '../../protocol/live.js';
import {firstChoice} from '../../top/frame/choice.js';
import {wholeFrame} from '../../top/frame/frame.js';
import {sightOf, type Told, watch, watchPlainly} from '../../top/watch.js';
import {liveAsker} from './top/live-asker.js';
import {topLook} from './top/top-look.js';

const leastIntervalS = 0.2;
const mostIntervalS = 3600;

export class Top extends Command {
	static override description =
		`Show what goes on at this moment: compiles by package, this host's and each server's load, and what the cache has brought lately.

Keys: q quits, h tells of the others.`;
	static override examples = [
		'<%= config.bin %> top',
		'<%= config.bin %> top --interval 5',
		'<%= config.bin %> top --once',
		'<%= config.bin %> top --once --json',
	];
	static override enableJsonFlag = true;
	static override flags = {
		once: Flags.boolean({
			description: 'Print it once and end; with 1 when no daemon answers',
			default: false,
		}),
		interval: Flags.string({
			description: 'How often it is looked at, in seconds',
			helpValue: 'SECONDS',
			default: '1',
		}),
		color: Flags.boolean({
			description: 'In colour, on a terminal',
			default: true,
			allowNo: true,
		}),
	};

	async run(): Promise<LiveView> {
		const {flags} = await this.parse(Top);
		const intervalMs = 1000 * secondsOf(flags.interval);
		const env = processEnvironment();
		const {stdin: input, stdout: output} = process;
		const look = topLook(output, env, flags.color);
		const start = serviceCommand(initOf(existsSync), 'start', 'sccache-client');
		const ask = liveAsker(env, start);
		if (flags.once || this.jsonEnabled()) {
			const view = viewIn(await ask());
			if (!this.jsonEnabled()) {
				const columns = output.isTTY ? output.columns : undefined;
				const lines = wholeFrame(sightOf({kind: 'view', view}), firstChoice, columns, look);
				for (const line of lines) this.log(line);
			}
			return view;
		}
		const options = {ask, intervalMs, look, output, input, process};
		const canDraw = output.isTTY && (env.TERM ?? 'dumb') !== 'dumb';
		await (canDraw ? watch(options) : watchPlainly(options));
		// A reader that is gone is not waited for, nor is a last answer.
		this.exit(0);
	}
}

function secondsOf(text: string): number {
	const seconds = Number(text);
	if (text.trim() !== '' && seconds >= leastIntervalS && seconds <= mostIntervalS) return seconds;
	throw new Errors.CLIError(
		`--interval: ${text} is no number of seconds from ${leastIntervalS} to ${mostIntervalS}`,
		{exit: 2},
	);
}

function viewIn(told: Told): LiveView {
	if (told.kind === 'view') return told.view;
	const [message = '', hint] = told.trouble;
	throw new AppError('DAEMON_UNREACHABLE', message, hint === undefined ? {} : {hint});
}
