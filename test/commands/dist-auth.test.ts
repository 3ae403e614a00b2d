import test from 'ava';
import {place} from './place.js';

const farm = '[dist]\nscheduler_url = "http://127.0.0.1:1"\n';

test('--dist-auth has nothing to do where a token is configured, or nothing is distributed', async t => {
	const here = place(t);
	t.deepEqual(await here.sccache('--dist-auth'), {code: 0, stdout: '', stderr: ''});
	here.configure(`${farm}[dist.auth]\ntype = "token"\ntoken = "a secret of ours"\n`);
	t.deepEqual(await here.sccache('--dist-auth'), {code: 0, stdout: '', stderr: ''});
});

test('--dist-auth says where a token would come from', async t => {
	const here = place(t);
	const oauth = 'client_id = "id"\nauth_url = "https://login.example/a"\n';
	here.configure(`${farm}[dist.auth]\ntype = "oauth2_implicit"\n${oauth}`);
	const {code, stderr} = await here.sccache('--dist-auth');
	t.is(code, 2);
	t.regex(stderr, /error: there is no token/);
	t.regex(stderr, /hint: .*type = "token"/);
});
