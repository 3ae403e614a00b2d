import type {Check, Finding, Group} from './check.js';
import type {Host} from './host.js';
import {createSurvey, type Survey} from './survey.js';
import {type Repair, skipped, type Verdict, warning} from './verdict.js';

export interface ExamineOptions {
	readonly groups: readonly Group[];
	readonly host: Host;
	/** Does what mends without a question, and says what it did; undefined: nothing is mended. */
	readonly repair: ((repair: Repair) => Promise<string>) | undefined;
	/** Told of each check before it is made. */
	readonly onCheck?: (check: Check) => void;
	/** Told of each as soon as it is known. */
	readonly onFinding: (finding: Finding) => void;
}

/** Goes along the chain: what hangs on a link that is broken is skipped. */
export async function examine({
	groups,
	host,
	repair,
	onCheck,
	onFinding,
}: ExamineOptions): Promise<readonly Finding[]> {
	const findings: Finding[] = [];
	const tell = (finding: Finding) => {
		findings.push(finding);
		onFinding(finding);
	};
	let survey = createSurvey(host);
	const lookAnew = async () => {
		await survey.close();
		survey = createSurvey(host);
	};
	try {
		for (const {id, title: group, absent, checks} of groups) {
			const reason = await absent(survey);
			if (reason !== undefined) tell({...skipped(reason), group, id, title: group});
			for (const check of reason === undefined ? checks : []) {
				onCheck?.(check);
				const look = () => verdictsOf(check, survey, findings);
				const {verdicts, told} = await lookAndMend(look, repair, lookAnew);
				for (const [index, {repair: _, ...verdict}] of verdicts.entries()) {
					const repaired = index === 0 && told.length > 0 ? {repaired: told.join('; ')} : {};
					tell({...verdict, group, id: check.id, title: check.title, ...repaired});
				}
			}
		}
		return findings;
	} finally {
		await survey.close();
	}
}

/** One thing may be in the way of another. */
const mostRounds = 3;

/** Mends what can be, and looks again, until there is nothing more to mend or it fails. */
async function lookAndMend(
	look: () => Promise<readonly Verdict[]>,
	repair: ExamineOptions['repair'],
	lookAnew: () => Promise<void>,
): Promise<{readonly verdicts: readonly Verdict[]; readonly told: readonly string[]}> {
	const told: string[] = [];
	let verdicts = await look();
	for (let round = 0; round < mostRounds; round++) {
		const repairs = await repairAll(verdicts, repair);
		if (repairs.told.length === 0) break;
		told.push(...repairs.told);
		await lookAnew();
		verdicts = await look();
		if (repairs.failed) break;
	}
	return {verdicts, told};
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
