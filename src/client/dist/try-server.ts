import {createHash} from 'node:crypto';
import type {DistConfig} from '../../config/dist-config.js';
import {askInTurn} from '../../http/ask-in-turn.js';
import {Connections} from '../../http/client.js';
import {decodeBody} from '../../http/content.js';
import {AppError} from '../../lib/errors.js';
import type {Address} from '../../protocol/dist/address.js';
import {type RunJobRequest, serverCertificateResponse} from '../../protocol/dist/messages.js';
import {certificatePath} from '../../protocol/dist/routes.js';
import {BodyMemory} from './body-memory.js';
import {type DigestedInputs, InputsThere} from './inputs-there.js';
import {runWithToolchain} from './run-with-toolchain.js';
import type {Allocation} from './scheduler-link.js';
import {Schedulers} from './schedulers.js';
import {ServerLink} from './server-link.js';

export interface ServerTrialOptions {
	readonly farm: Pick<DistConfig, 'schedulerUrls' | 'token'>;
	/** The compiler, by its path, packed. */
	readonly compiler: string;
	readonly archive: {readonly id: string; readonly path: string; readonly sizeBytes: number};
	/** Undefined: whichever the scheduler chooses. */
	readonly server: Address | undefined;
	/** All that there are. */
	readonly servers: readonly Address[];
	/** Told what is about to be done. */
	readonly onStage?: (stage: Stage) => void;
}

export type Stage = 'scheduler' | 'toolchain' | 'compile';

/** How far one compile got on one server. */
export type ServerTrial =
	| {readonly kind: 'compiled'; readonly ms: number; readonly sentToolchain: boolean}
	| {
			readonly kind: 'failed';
			readonly at: Stage;
			readonly reason: string;
	  };

const waitMs = 5000;
const compileMs = 60_000;
const uploadMs = 20 * 60_000;
const folder = '/sccache-trial';

/** Has one server do one small compile, with all that a client does for it. Whatever goes wrong is an answer. */
export async function tryServer(options: ServerTrialOptions): Promise<ServerTrial> {
	const {schedulerUrls: urls, token} = options.farm;
	const connections = new Connections();
	const schedulers = new Schedulers({
		...{urls, connections, token: token?.reveal() ?? ''},
		onError: () => {},
	});
	let at = 'scheduler' as Stage;
	const begin = (stage: Stage) => {
		at = stage;
		options.onStage?.(stage);
	};
	begin('scheduler');
	let allocation: Allocation | undefined;
	try {
		const avoid = await othersOf(options, connections);
		const signal = AbortSignal.timeout(uploadMs);
		allocation = await schedulers.allocate(options.archive.id, {avoid, links: {}, waitMs}, signal);
		const {server, needToolchain} = allocation;
		if (options.server !== undefined && server !== options.server) {
			throw new AppError('SCHEDULER_REFUSED', `it gives one to ${server} instead`);
		}
		const link = new ServerLink(
			{connections, bodies: new BodyMemory(), inputsThere: new InputsThere()},
			allocation,
		);
		const submit = () => {
			begin('toolchain');
			return link.submitToolchain({...options.archive, release: () => {}}, signal);
		};
		let startedMs: number | undefined;
		const result = await runWithToolchain(needToolchain, submit, () => {
			begin('compile');
			startedMs ??= performance.now();
			return link.run(request(options.compiler), inputs, {
				deadlineMs: compileMs,
				signal,
				isFresh: true,
			});
		});
		const obstacle = result === 'needsToolchain' ? 'it does not keep the toolchain' : wrong(result);
		if (obstacle !== undefined) return {kind: 'failed', at, reason: obstacle};
		return {
			kind: 'compiled',
			ms: performance.now() - (startedMs ?? 0),
			sentToolchain: needToolchain,
		};
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		if (allocation !== undefined && at !== 'compile') schedulers.withdraw(allocation);
		return {kind: 'failed', at, reason: error.message};
	} finally {
		schedulers.close();
		connections.close();
	}
}

/** All servers but the one, for the scheduler to pass over. */
async function othersOf(
	{farm, server, servers}: ServerTrialOptions,
	connections: Connections,
): Promise<Record<Address, string>> {
	if (server === undefined) return {};
	const others = servers.filter(address => address !== server);
	const pins = await Promise.all(
		others.map(async address => {
			const {status, body} = await askInTurn(farm.schedulerUrls, url =>
				connections.send({
					method: 'GET',
					url: new URL(certificatePath(address), url).href,
					timeoutMs: waitMs,
				}),
			);
			if (status !== 200) return [];
			const {certDigest} = decodeBody(serverCertificateResponse, body);
			return [[address, certDigest.toString('hex')] as const];
		}),
	);
	return Object.fromEntries(pins.flat());
}

const source = Buffer.from('int trial(void) { return 0; }\n');

const inputs: DigestedInputs = {
	files: [
		{
			path: `${folder}/trial.i`,
			mode: 0o644,
			mtimeS: 0,
			bytes: source,
			digest: createHash('sha256').update(source).digest('hex'),
		},
	],
	folders: [folder],
};

const output = `${folder}/trial.o`;

const request = (executable: string): RunJobRequest => ({
	command: {
		executable,
		// Preprocessed: that needs no headers.
		arguments: ['-x', 'cpp-output', '-c', '-o', output, `${folder}/trial.i`],
		envVars: [
			['LC_ALL', 'C'],
			['PWD', folder],
		],
		cwd: folder,
	},
	outputs: [output],
});

type Result = Exclude<Awaited<ReturnType<ServerLink['run']>>, 'needsToolchain'>;

/** Undefined: the compile came to an object. */
function wrong({output: {code, stderr}, outputs, report}: Result): string | undefined {
	if (code !== 0) {
		const [line = ''] = stderr.toString('utf8').trim().split('\n');
		return report.reason ?? `the compiler ended with ${code}${line === '' ? '' : `: ${line}`}`;
	}
	return (outputs.get(output)?.length ?? 0) > 0 ? undefined : 'no object came back';
}
