import {type Init, serviceCommand} from '../service.js';
import {failure, ok, type Verdict} from '../verdict.js';
import {sentence} from '../words.js';

export interface SandboxFacts {
	/** What keeps a sandbox from being made; undefined: nothing. */
	readonly obstacle: {readonly message: string; readonly hint: string | undefined} | undefined;
	/** As root, or by a user namespace. */
	readonly by: 'root' | 'user';
}

/** bubblewrap, namespaces and overlay mounts work. */
export function judgeSandbox({obstacle, by}: SandboxFacts): Verdict {
	if (obstacle !== undefined) {
		return failure(
			sentence(obstacle.message),
			obstacle.hint ?? 'the kernel needs CONFIG_NAMESPACES, CONFIG_USER_NS and CONFIG_OVERLAY_FS',
		);
	}
	const how = by === 'root' ? 'as root' : 'in a user namespace';
	return ok(`bubblewrap, namespaces and overlay mounts work, ${how}.`);
}

export interface RegistrationFacts {
	readonly address: string;
	readonly scheduler: string;
	readonly answer:
		| {readonly kind: 'known'}
		| {readonly kind: 'unknown'}
		| {readonly kind: 'error'; readonly message: string};
	readonly init: Init;
}

/** The scheduler has heard of this server. */
export function judgeRegistration({address, scheduler, answer, init}: RegistrationFacts): Verdict {
	if (answer.kind === 'known') return ok(`The scheduler knows ${address}.`);
	if (answer.kind === 'error') {
		return failure(
			sentence(`the scheduler ${scheduler} does not answer: ${answer.message}`),
			'look at scheduler_url in server.conf, and at the firewall',
		);
	}
	return failure(
		`The scheduler ${scheduler} does not know ${address}.`,
		`${serviceCommand(init, 'start', 'sccache-server')}; its log says what the scheduler says`,
		{kind: 'start', service: 'sccache-server'},
	);
}

export interface ListeningFacts {
	readonly url: string;
	/** Undefined: it answers as a scheduler does. */
	readonly wrong: string | undefined;
	readonly init: Init;
}

/** The scheduler of this host answers. */
export function judgeListening({url, wrong, init}: ListeningFacts): Verdict {
	if (wrong === undefined) return ok(`It answers at ${url}.`);
	return failure(
		sentence(`the scheduler of this host does not answer at ${url}: ${wrong}`),
		serviceCommand(init, 'start', 'sccache-scheduler'),
		{kind: 'start', service: 'sccache-scheduler'},
	);
}
