import {spawnSync} from 'node:child_process';
import {createHash, X509Certificate} from 'node:crypto';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {makeCertificate, renewAtMs} from '../../src/http/certificate.js';

const nowMs = Date.UTC(2026, 2, 1, 12);
const dayMs = 86_400_000;
const made = makeCertificate({
	address: {host: '192.168.7.9', port: 10_501},
	otherHosts: ['builder.lan', '192.168.7.9', 'fd00::9'],
	nowMs,
});
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const withOpenssl = hasOpenssl ? test : test.skip;
const noOpenssl = hasOpenssl ? '' : ' (no openssl here)';

test('a certificate names its address, and is its own issuer', async t => {
	const {certPem} = await made;
	const certificate = new X509Certificate(certPem);
	t.is(certificate.subject, 'CN=192.168.7.9:10501');
	t.is(certificate.issuer, certificate.subject);
	t.is(
		certificate.subjectAltName,
		'IP Address:192.168.7.9, DNS:builder.lan, IP Address:FD00:0:0:0:0:0:0:9',
	);
	t.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1']);
	t.true(certificate.verify(certificate.publicKey));
	t.like(certificate.publicKey.asymmetricKeyDetails, {modulusLength: 2048});
	t.is(certificate.checkIP('192.168.7.9'), '192.168.7.9');
	t.is(certificate.checkIP('192.168.7.8'), undefined);
});

test('the digest is that of the certificate as it is sent', async t => {
	const {certPem, digest} = await made;
	t.deepEqual(createHash('sha256').update(new X509Certificate(certPem).raw).digest(), digest);
});

test('it holds for a year, and is to be renewed a month before', async t => {
	const {certPem, notAfterMs} = await made;
	const certificate = new X509Certificate(certPem);
	t.is(notAfterMs, nowMs + 365 * dayMs);
	t.is(Date.parse(certificate.validTo), notAfterMs);
	t.true(Date.parse(certificate.validFrom) < nowMs);
	t.is(renewAtMs(notAfterMs), nowMs + 335 * dayMs);
});

test('each has a key and a positive serial number of its own', async t => {
	const first = await made;
	const second = await makeCertificate({address: {host: '::1', port: 1}, nowMs});
	const [one, two] = [first, second].map(({certPem}) => new X509Certificate(certPem));
	t.not(one?.serialNumber, two?.serialNumber);
	for (const certificate of [one, two]) {
		t.regex(certificate?.serialNumber ?? '', /^[4-7][0-9A-F]{31}$/);
	}
	t.false(two?.publicKey.equals(one?.publicKey as never));
	t.is(two?.subject, 'CN=[::1]:1');
	t.is(two?.subjectAltName, 'IP Address:0:0:0:0:0:0:0:1');
});

test('a host with a long name has a certificate', async t => {
	const host = `${'a'.repeat(60)}.${'b'.repeat(60)}.lan`;
	const {certPem} = await makeCertificate({address: {host, port: 10_501}, nowMs});
	t.is(new X509Certificate(certPem).checkHost(host), host);
});

withOpenssl(`openssl takes it as its own root${noOpenssl}`, async t => {
	const dir = mkdtempSync(join(tmpdir(), 'certificate-'));
	t.teardown(() => rmSync(dir, {recursive: true}));
	const file = join(dir, 'cert.pem');
	writeFileSync(file, (await made).certPem);
	const verified = spawnSync(
		'openssl',
		[
			...['verify', '-x509_strict', '-purpose', 'sslserver', '-attime', String(nowMs / 1000)],
			...['-verify_ip', '192.168.7.9', '-CAfile', file, file],
		],
		{encoding: 'utf8'},
	);
	t.log(verified.stderr);
	t.is(verified.stdout, `${file}: OK\n`);
	const {stdout} = spawnSync('openssl', ['x509', '-text', '-noout', '-in', file], {
		encoding: 'utf8',
	});
	t.regex(stdout, /Version: 3 \(0x2\)/);
	t.regex(stdout, /Signature Algorithm: sha256WithRSAEncryption/);
	t.regex(stdout, /TLS Web Server Authentication/);
	t.regex(stdout, /IP Address:192\.168\.7\.9, DNS:builder\.lan/);
});
