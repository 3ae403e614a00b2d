import {AppError} from '../../lib/errors.js';
import {readJournal, readRecord, removeJournal} from './state.js';
import {takeBack} from './take-back.js';
import type {Ground} from './take-step.js';
import {stillRuns} from './this-process.js';

/** Takes back what a run that was killed has done. Whether there was one. Throws SETUP_FAILED while another run is at work. */
export function recover(ground: Ground): boolean {
	const journal = readJournal(ground.base);
	if (journal === undefined) return false;
	if (stillRuns(journal.process)) {
		throw new AppError('SETUP_FAILED', 'another setup is at work on this tree', {
			hint: 'wait until it is done',
		});
	}
	// Else it was killed when all was done.
	const unfinished = readRecord(ground.base)?.transaction !== journal.transaction;
	if (unfinished) for (const entry of journal.entries.toReversed()) takeBack(ground, entry);
	removeJournal(ground.base);
	return unfinished;
}
