import type {JobFacts, ServerFacts} from './facts.js';

/** Whether a server will most likely answer from what it keeps, or from an identical job that runs there: without a compile, and without a slot. */
export function isResultThere(
	{results}: Pick<ServerFacts, 'results'>,
	{resultHint}: Pick<JobFacts, 'resultHint'>,
): boolean {
	return resultHint !== undefined && results?.has(resultHint) === true;
}
