import test from 'ava';
import {unableToRedis} from '../helpers/redis-process.js';
import {Hosts, tierCounts, untilCounted} from './hosts.js';
import {type RedisServer, startRedis} from './redis-server.js';

const unable = unableToRedis();
const check = unable === undefined ? test.serial : test.skip;
const because = unable === undefined ? '' : ` (${unable})`;

let redis: RedisServer;
test.before(async () => {
	if (unable === undefined) redis = await startRedis();
});
test.after.always(() => redis?.stop());

check(`what one host compiled is a direct hit on another that never saw it${because}`, async t => {
	const env = {SCCACHE_REDIS_ENDPOINT: redis.url};
	const hosts = await Hosts.start(env, env);
	t.teardown(() => hosts.close());
	hosts.write('part.h', '#define PART "part"\n');
	hosts.write(
		'main.c',
		'#include <stdio.h>\n#include "part.h"\nint f(void) { return puts(PART); }\n',
	);
	const args = ['-O1', '-g', '-c', 'main.c', '-o', 'main.o'];
	const options = {cwd: hosts.work};
	const [first, second] = [hosts.host(0), hosts.host(1)];
	t.is(first.plain('gcc', args, options).code, 0);
	const expected = hosts.read('main.o');
	hosts.remove('main.o');
	t.is((await first.during(() => void first.run('gcc', args, options))).misses, 1);
	await untilCounted(first, 'redis', ({writes}) => writes === 2);
	hosts.remove('main.o');
	const counted = await second.during(() => void second.run('gcc', args, options));
	t.like(counted, {directHits: 1, misses: 0}, second.daemonSaid);
	t.deepEqual(hosts.read('main.o'), expected);
	t.like(await tierCounts(second, 'redis'), {hits: 1, misses: 0});
	// From now on it is on the disk.
	hosts.remove('main.o');
	t.is((await second.during(() => void second.run('gcc', args, options))).directHits, 1);
	t.is((await tierCounts(second, 'redis')).hits, 1);
	hosts.write('part.h', '#define PART "other"\n');
	t.is((await second.during(() => void second.run('gcc', args, options))).misses, 1);
});
