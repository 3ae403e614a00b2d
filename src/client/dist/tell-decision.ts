import type {AppError} from '../../lib/errors.js';
import type {Log} from '../../lib/log.js';
import {logTargets} from '../log-targets.js';
import type {Allocation} from './scheduler-link.js';
import type {JobResult} from './server-link.js';
import type {Job, Traveller} from './traveller.js';

/** Whether a compile goes away, step by step; one of them is known by its source and its shim's process. */

export const logOf = ({parts}: Traveller): Log => parts.log.of(logTargets.dist);

export interface Forecast {
	readonly where: 'local' | 'remote' | 'either';
	readonly predictedMs: number;
	readonly job: Pick<Job, 'sized' | 'isForeseen'>;
	readonly slots: {readonly size: number; readonly free: number; readonly asked: number};
	readonly isSlowHere: boolean;
}

export function tellForecast(traveller: Traveller, forecast: Forecast): void {
	const {where, predictedMs, job, slots, isSlowHere} = forecast;
	const {sized, isForeseen} = job;
	logOf(traveller).debug('a compile could go away', {
		...traveller.about,
		...{where, isSlowHere, predictedMs: Math.round(predictedMs)},
		...{inputBytes: sized.sizeBytes, foreseen: isForeseen},
		...{slotsHere: slots.size, freeHere: slots.free, wantedHere: slots.asked},
	});
}

export function tellAllocation(traveller: Traveller, allocation: Allocation): void {
	const {server, jobId: job, needToolchain, chosen} = allocation;
	logOf(traveller).debug('the scheduler gives a server', {
		...traveller.about,
		...{server, job, needToolchain, extensions: chosen.extensions},
		speed: Number(chosen.speed.toFixed(2)),
	});
}

export interface Done {
	readonly allocation: Allocation;
	readonly result: JobResult;
	readonly wholeMs: number;
}

export function tellResult(traveller: Traveller, {allocation, result, wholeMs}: Done): void {
	const {report, output, outputs} = result;
	logOf(traveller).debug('the server has answered', {
		...traveller.about,
		...{server: allocation.server, job: allocation.jobId, exitCode: output.code},
		...{
			outputs: outputs.size,
			cached: report.cached === true,
			serverMs: report.actualMs && Math.round(report.actualMs),
			wholeMs: Math.round(wholeMs),
		},
	});
}

/** What the compiler itself, or its words, made of it: that is looked at here. */
export function tellFailure(traveller: Traveller, server: string, {message, code}: AppError): void {
	logOf(traveller).debug(message, {...traveller.about, server, code});
}
