import {Command} from '@oclif/core';
import {counted, percent, size} from '../../../lib/human.js';
import {type Verified, verify} from '../../../store/upkeep/verify.js';
import {countedEntries} from './entries-text.js';
import {cacheConfig, dryRunFlag, inCache, progressOf} from './the-cache.js';

export interface CacheVerifyAnswer extends Verified {
	readonly dryRun: boolean;
	readonly sound: boolean;
}

const empty: Verified = {
	entries: 0,
	sizeBytes: 0,
	damaged: [],
	missing: [],
	dangling: 0,
	isIndexDamaged: false,
	unknown: 0,
	strays: 0,
	corrected: 0,
};

export class CacheVerify extends Command {
	static override description =
		`Read the whole cache, check every checksum, and compare blobs and index.

What is damaged is removed: it is compiled again when it is wanted. Exits with 1 if something was damaged.`;
	static override examples = [
		'<%= config.bin %> cache verify',
		'<%= config.bin %> cache verify --dry-run --json',
	];
	static override enableJsonFlag = true;
	static override flags = {'dry-run': dryRunFlag};

	async run(): Promise<CacheVerifyAnswer> {
		const {flags} = await this.parse(CacheVerify);
		const dryRun = flags['dry-run'];
		const config = await cacheConfig();
		const progress = progressOf(!this.jsonEnabled());
		const verified = inCache(config, {readOnly: dryRun}, folder =>
			verify(folder, {
				dryRun,
				onProgress: (share, entries) =>
					progress.show(`${percent(share)} read, ${countedEntries(entries)}`),
			}),
		);
		progress.clear();
		const answer = answerOf(verified ?? empty, dryRun);
		for (const line of verifyLines(answer)) this.log(line);
		if (!answer.sound) process.exitCode = 1;
		return answer;
	}
}

function answerOf(verified: Verified, dryRun: boolean): CacheVerifyAnswer {
	const {damaged, missing, dangling, isIndexDamaged} = verified;
	const sound = damaged.length + missing.length + dangling === 0 && !isIndexDamaged;
	return {...verified, dryRun, sound};
}

function verifyLines(answer: CacheVerifyAnswer): readonly string[] {
	const {entries, sizeBytes, damaged, missing, dangling, unknown, strays, corrected} = answer;
	const done = (would: string, did: string) => (answer.dryRun ? would : did);
	const removed = done('to be removed', 'removed');
	const line = (value: number, text: string) => (value === 0 ? [] : [text]);
	return [
		...damaged.map(key => `damaged, ${removed}: ${key}`),
		...missing.map(key => `its blob is missing, ${removed}: ${key}`),
		...line(dangling, `${counted(dangling, 'name')} of entries that are not there, ${removed}`),
		...line(
			Number(answer.isIndexDamaged),
			`the index was damaged, ${done('to be made', 'made')} anew from the blobs`,
		),
		...line(
			unknown,
			`${countedEntries(unknown)} that the index did not know, ${done('to be taken', 'taken')} up`,
		),
		...line(strays, `${counted(strays, 'file')} that belong to nothing, ${removed}`),
		...line(
			corrected,
			`${counted(corrected, 'figure')} of the index, ${done('to be corrected', 'corrected')}`,
		),
		`${countedEntries(entries)}, ${size(sizeBytes)}: ${answer.sound ? 'all are' : 'the others are'} sound`,
	];
}
