import test from 'ava';
import {identifyArchive} from '../../src/toolchain/archive-id.js';

test("an id is BLAKE3 with each byte's digits changed, as upstream's clients name their archives", async t => {
	const identity = await identifyArchive();
	identity.update(Buffer.from('ab'));
	identity.update(Buffer.from('c'));
	// In the usual order: 6437b3ac38465133...
	t.is(identity.id(), '46733bca83641533ff6bb35772a3d85b845c8564d597bd30df53c9c65ddbd958');
});
