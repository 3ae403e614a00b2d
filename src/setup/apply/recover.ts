import {AppError} from '../../lib/errors.js';
import type {Place} from '../plan/tree.js';
import {readJournal, readRecord} from './state.js';
import {clearClaims, closeJournal} from './state-folder.js';
import {takeBack} from './take-back.js';
import {stillRuns} from './this-process.js';

/** Takes back what a run that was killed has done. Whether there was one. Throws SETUP_FAILED while another run is at work. */
export function recover(place: Place): boolean {
	const journal = readJournal(place.base);
	if (journal === undefined) {
		if (readRecord(place.base) === undefined) clearClaims(place.base, stillRuns);
		return false;
	}
	if (stillRuns(journal.process)) {
		throw new AppError('SETUP_FAILED', 'another setup is at work on this tree', {
			hint: 'wait until it is done',
		});
	}
	// Else it was killed when all was done.
	const isUnfinished = readRecord(place.base)?.transaction !== journal.transaction;
	if (isUnfinished) for (const entry of journal.entries.toReversed()) takeBack(place, entry);
	closeJournal(place.base, isUnfinished ? journal.folders : []);
	return isUnfinished;
}
