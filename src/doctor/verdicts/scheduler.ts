import {failure, ok, skipped, type Verdict, warning} from '../verdict.js';
import {sentence} from '../words.js';

export interface SchedulerFacts {
	readonly url: string;
	readonly answer:
		| {readonly kind: 'error'; readonly message: string}
		| {readonly kind: 'status'; readonly status: number}
		| {
				readonly kind: 'answers';
				/** Ours, and not upstream's. */
				readonly isOurs: boolean;
				readonly servers: number;
				/** Of its Date header; milliseconds since the epoch. */
				readonly dateMs: number | undefined;
				readonly sentMs: number;
				readonly receivedMs: number;
		  };
}

/** Of several, one that answers is enough for builds to go on. */
export function judgeSchedulers(all: readonly SchedulerFacts[]): readonly Verdict[] {
	const someAnswers = all.some(({answer}) => answer.kind === 'answers');
	return all.map(facts => {
		const verdict = judgeScheduler(facts);
		if (verdict.status !== 'failure' || !someAnswers) return verdict;
		return {...verdict, status: 'warning'};
	});
}

export function judgeScheduler({url, answer}: SchedulerFacts): Verdict {
	if (answer.kind === 'error') {
		return failure(
			sentence(`the scheduler does not answer: ${answer.message}`),
			'on its host: sccache-gentoo doctor; here, look at scheduler_url in client.conf',
		);
	}
	if (answer.kind === 'status') {
		return failure(
			`${url} answers with status ${answer.status}: that is no scheduler.`,
			'look at scheduler_url in client.conf',
		);
	}
	const kind = answer.isOurs ? '' : ", one of Mozilla's,";
	return ok(`The scheduler${kind} answers at ${url}.`);
}

/** More than that, and tokens and certificates are not valid yet or no more. */
const failureMs = 5 * 60_000;
const warningMs = 30_000;

/** Its clock and ours; the header has whole seconds. */
export function judgeClock({answer}: SchedulerFacts): Verdict {
	if (answer.kind !== 'answers' || answer.dateMs === undefined) {
		return skipped('The scheduler does not tell its time.');
	}
	const {dateMs, sentMs, receivedMs} = answer;
	const early = sentMs - (dateMs + 1000);
	const late = dateMs - receivedMs;
	const skewMs = Math.max(0, early, late);
	const direction = early > late ? 'behind' : 'before';
	const message = `The scheduler's clock is ${duration(skewMs)} ${direction} this host's.`;
	const mend = 'set both clocks by NTP: rc-service chronyd start, or timedatectl set-ntp true';
	if (skewMs >= failureMs) return failure(message, mend);
	if (skewMs >= warningMs) return warning(message, mend);
	return ok("The scheduler's clock and this host's agree.");
}

function duration(ms: number): string {
	const seconds = Math.round(ms / 1000);
	return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

export interface TokenFacts {
	/** Undefined: client.conf leads to none; a warning of it says why. */
	readonly hasToken: boolean;
	/** Of the list of servers, asked for with the token. */
	readonly status: number | undefined;
	readonly isOurs: boolean;
}

export function judgeToken({hasToken, status, isOurs}: TokenFacts): Verdict {
	const mend =
		'put the token of scheduler.conf into client.conf: sccache-gentoo setup client with a join code';
	if (!hasToken) return failure('There is no token to show the scheduler.', mend);
	if (status === 401 || status === 403) {
		return failure('The scheduler does not take the token of client.conf.', mend);
	}
	if (!isOurs)
		return ok("The scheduler, one of Mozilla's, takes or refuses the token with each job.");
	if (status !== 200) {
		return failure(
			`The scheduler answers with status ${status ?? 'nothing'} to the token of client.conf.`,
			'look at the log of the scheduler',
		);
	}
	return ok('The scheduler takes the token.');
}
