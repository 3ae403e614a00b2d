import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type ServerTrial, tryServer} from '../../client/main.js';
import type {DistConfig} from '../../config/dist-config.js';
import {AppError} from '../../lib/errors.js';
import {askHere} from '../../toolchain/ask-compiler.js';
import {packToolchain} from '../../toolchain/pack.js';
import type {PackFacts, TrialFacts} from '../verdicts/servers.js';

type OnStage = (text: string) => void;

const percent = (done: number, total: number): number =>
	total === 0 ? 100 : Math.floor((100 * done) / total);

const words = {
	scheduler: (server: string) => `asking the scheduler for ${server}`,
	toolchain: (server: string) => `sending the toolchain to ${server}`,
	compile: (server: string) => `compiling on ${server}`,
};

/** A compiler, packed as the client does it: the same compiler makes the same archive. */
export interface PackProbe {
	readonly facts: PackFacts;
	readonly archive:
		| {readonly id: string; readonly path: string; readonly sizeBytes: number}
		| undefined;
	readonly close: () => void;
}

export async function probePacking(
	compiler: string,
	onStage: OnStage = () => {},
): Promise<PackProbe> {
	const folder = mkdtempSync(join(tmpdir(), 'sccache-doctor-'));
	const close = () => rmSync(folder, {recursive: true, force: true});
	const path = join(folder, 'toolchain');
	try {
		const {id, sizeBytes} = await packToolchain(
			{
				...{compiler, ask: askHere},
				onProgress: ({doneBytes, totalBytes}) =>
					onStage(`packing ${compiler}: ${percent(doneBytes, totalBytes)} %`),
			},
			path,
		);
		const facts = {kind: 'packed', compiler, sizeBytes} as const;
		return {facts, archive: {id, path, sizeBytes}, close};
	} catch (error) {
		close();
		if (!(error instanceof AppError)) throw error;
		const facts = {kind: 'refused', compiler, reason: error.message} as const;
		return {facts, archive: undefined, close: () => {}};
	}
}

/** One compile on each server, or on one that the scheduler chooses where it does not tell them apart. */
export async function probeServers(
	farm: Pick<DistConfig, 'schedulerUrls' | 'token'>,
	{facts: {compiler}, archive}: PackProbe,
	servers: readonly string[],
	onStage: OnStage = () => {},
): Promise<readonly TrialFacts[]> {
	if (archive === undefined) return [];
	const trials: TrialFacts[] = [];
	for (const server of servers.length > 0 ? servers : [undefined]) {
		const outcome: ServerTrial = await tryServer({
			...{farm, compiler, archive, server, servers},
			onStage: stage => onStage(words[stage](server ?? 'a server')),
		});
		trials.push({server, outcome});
	}
	return trials;
}
