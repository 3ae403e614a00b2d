import type {Check, Finding, Group} from './check.js';
import type {Host} from './host.js';
import {createSurvey, type Survey} from './survey.js';
import {type Repair, skipped, type Verdict, warning} from './verdict.js';

export interface ExamineOptions {
	readonly groups: readonly Group[];
	readonly host: Host;
	/** Does what mends without a question, and says what it did; undefined: nothing is mended. */
	readonly repair: ((repair: Repair) => Promise<string>) | undefined;
	/** Told of each as soon as it is known. */
	readonly onFinding: (finding: Finding) => void;
}

/** One thing may be in the way of another. */
const mostRounds = 3;

/** Goes along the chain: what hangs on a link that is broken is skipped. */
export async function examine(options: ExamineOptions): Promise<readonly Finding[]> {
	const findings: Finding[] = [];
	let survey = createSurvey(options.host);
	const tell = (finding: Finding) => {
		findings.push(finding);
		options.onFinding(finding);
	};
	try {
		for (const group of options.groups) {
			const absent = await group.absent(survey);
			if (absent !== undefined) {
				tell({...skipped(absent), group: group.title, id: group.id, title: group.title});
				continue;
			}
			for (const check of group.checks) {
				const done: string[] = [];
				let verdicts = await verdictsOf(check, survey, findings);
				for (let round = 0; round < mostRounds; round++) {
					const repairs = await repairAll(verdicts, options.repair);
					done.push(...repairs.told);
					if (repairs.told.length === 0) break;
					await survey.close();
					survey = createSurvey(options.host);
					verdicts = await verdictsOf(check, survey, findings);
					if (repairs.failed) break;
				}
				for (const [index, {repair, ...verdict}] of verdicts.entries()) {
					const repaired = index === 0 && done.length > 0 ? {repaired: done.join('; ')} : {};
					tell({...verdict, group: group.title, id: check.id, title: check.title, ...repaired});
				}
			}
		}
		return findings;
	} finally {
		await survey.close();
	}
}

async function verdictsOf(
	check: Check,
	survey: Survey,
	before: readonly Finding[],
): Promise<readonly Verdict[]> {
	if (check.isLive && !survey.host.isLive)
		return [skipped('Of another tree, only files are looked at.')];
	const broken = before.find(
		({id, status}) => check.needs.includes(id) && ['failure', 'skipped'].includes(status),
	);
	if (broken !== undefined) return [skipped(`Not looked at, because of "${broken.title}" above.`)];
	try {
		return await check.run(survey);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return [warning(`It can't be looked at: ${reason}.`)];
	}
}

/** What was done, or could not be. */
async function repairAll(
	verdicts: readonly Verdict[],
	repair: ExamineOptions['repair'],
): Promise<{readonly told: readonly string[]; readonly failed: boolean}> {
	const told: string[] = [];
	let failed = false;
	for (const verdict of repair === undefined ? [] : verdicts) {
		if (verdict.repair === undefined) continue;
		try {
			told.push((await repair?.(verdict.repair)) ?? '');
		} catch (error) {
			failed = true;
			told.push(`not mended: ${error instanceof Error ? error.message : String(error)}`);
		}
	}
	return {told, failed};
}
