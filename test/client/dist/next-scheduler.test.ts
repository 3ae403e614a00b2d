import test from 'ava';
import {type Candidate, nextScheduler} from '../../../src/client/dist/next-scheduler.js';

const there: Candidate = {isAway: false, wasAsked: false};
const asked: Candidate = {isAway: false, wasAsked: true};
const lost: Candidate = {isAway: true, wasAsked: true};
const away: Candidate = {isAway: true, wasAsked: false};

test('the first that answers is asked first, whichever was asked before', t => {
	t.is(nextScheduler([there, there], 'nothing asked', 0), 0);
	t.is(nextScheduler([away, there, there], 'nothing asked', 0), 1);
});

test('after one that is lost the next is asked, though no time is left to wait', t => {
	t.is(nextScheduler([lost, there], 'lost', 0), 1);
	t.is(nextScheduler([lost, away, there], 'lost', 0), 2);
	t.is(nextScheduler([lost, lost], 'lost', 1000), undefined);
});

test('after one that has no server the next is asked while there is time', t => {
	t.is(nextScheduler([asked, there], 'none', 1), 1);
	t.is(nextScheduler([asked, there], 'none', 0), undefined);
	t.is(nextScheduler([asked, away], 'none', 1000), undefined);
	t.is(nextScheduler([asked], 'none', 1000), undefined);
});

test('when all are away the first is asked, once', t => {
	t.is(nextScheduler([away, away], 'nothing asked', 0), 0);
	t.is(nextScheduler([lost, away], 'lost', 0), undefined);
	t.is(nextScheduler([], 'nothing asked', 0), undefined);
});
