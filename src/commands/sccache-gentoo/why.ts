import {Args, Command, Errors, Flags} from '@oclif/core';
import {processEnvironment} from '../../config/environment.js';
import {loadClientConfig} from '../../config/load.js';
import {AppError} from '../../lib/errors.js';
import {wrapped} from '../../lib/wrapped.js';
import {readStatistics} from '../../stats/read-stats.js';
import {askDaemon} from '../sccache/control-client.js';
import {clientEnvironment} from './client-environment.js';
import {packageChoice} from './stats/package-choice.js';
import {lookOf} from './terminal-look.js';
import {answerOf, type WhyAnswer} from './why/answer.js';
import {whyLines} from './why/text.js';

export class Why extends Command {
	static override description =
		`Tell why a compile did not come from the cache, or did not go to a server.

It is the last compile of that source, as far as it is remembered: 90 days, and the details of the last 50,000 that were not hits.`;
	static override examples = [
		'<%= config.bin %> why src/main.c',
		'<%= config.bin %> why --last',
		'<%= config.bin %> why --package dev-libs/openssl crypto/mem.c',
	];
	static override enableJsonFlag = true;
	static override args = {
		file: Args.string({description: 'A source, by its path or the end of it'}),
	};
	static override flags = {
		last: Flags.boolean({
			description: 'The last call of a compiler, whichever it was',
			default: false,
		}),
		package: Flags.string({
			description:
				'Only compiles of CATEGORY/PACKAGE, or of one version as =CATEGORY/PACKAGE-VERSION',
			helpValue: 'ATOM',
		}),
	};

	async run(): Promise<WhyAnswer> {
		const {args, flags} = await this.parse(Why);
		const {file} = args;
		if ((file === undefined) !== flags.last) {
			throw new Errors.CLIError('name a source, or give --last', {exit: 2});
		}
		const isMeant = flags.package === undefined ? () => true : packageChoice(flags.package);
		if (isMeant === undefined) {
			throw new Errors.CLIError(`--package: ${flags.package} is no CATEGORY/PACKAGE`, {exit: 2});
		}
		const env = processEnvironment();
		const config = loadClientConfig(await clientEnvironment(env));
		// It writes down what it has counted.
		await askDaemon(config, 'stats').catch(() => undefined);
		const answer = readStatistics(config.cacheDir, tables => {
			const {past} = tables;
			const compile =
				file === undefined ? past.last(isMeant) : past.ofSource(file, process.cwd(), isMeant);
			return compile && answerOf(compile, tables);
		});
		if (answer === undefined) throw unknown(file);
		if (!this.jsonEnabled()) {
			const {width} = lookOf(process.stdout, env);
			for (const line of whyLines(answer)) this.log(fitted(line, width));
		}
		return answer;
	}
}

function unknown(file: string | undefined): AppError {
	const what = file === undefined ? 'no compile' : `no compile of ${file}`;
	return new AppError('COMPILE_UNKNOWN', `${what} is remembered`, {
		hint: 'a compile that did not come to sccache is not: sccache-gentoo doctor tells whether builds find it',
	});
}

/** Sentences are broken between words; what is set in, paths and arguments, is left in one piece to be copied. */
const fitted = (line: string, width: number): string =>
	line.startsWith(' ') || line.startsWith('/') ? line : wrapped(line, width).join('\n');
