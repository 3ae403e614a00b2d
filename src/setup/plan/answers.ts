import type {Secret} from '../../lib/secret.js';
import type {OptOut} from '../../portage/package-env.js';

export const roles = ['scheduler', 'server', 'client'] as const;
export type Role = (typeof roles)[number];

export const initSystems = ['systemd', 'openrc', 'none'] as const;
export type InitSystem = (typeof initSystems)[number];

/** Where our folder gets into PATH: by make.conf, as the wiki has it with TCP, by bashrc, or not at all. */
const pathChoices = ['make.conf', 'wiki-tcp', 'bashrc', 'none'] as const;
export type PathChoice = (typeof pathChoices)[number];

/** All that setup has to know; nothing is asked or made after this. */
export interface Answers {
	/** Without a `/` at its end; empty on most hosts. */
	readonly eprefix: string;
	readonly init: InitSystem;
	readonly scheduler: SchedulerAnswers | undefined;
	readonly server: ServerAnswers | undefined;
	readonly client: ClientAnswers | undefined;
}

/** An undefined secret or value: what the file has stays. */
export interface SchedulerAnswers {
	/** `host:port`. */
	readonly publicAddress: string;
	readonly clientToken: Secret | undefined;
	/** Base64url. */
	readonly secretKey: Secret | undefined;
}

export interface ServerAnswers {
	readonly publicAddress: string;
	readonly schedulerUrl: string;
	readonly token: Secret | undefined;
	readonly toolchainCacheSizeBytes: number;
	readonly maxJobs: number | undefined;
	readonly memoryPerJobBytes: number | undefined;
}

export interface ClientAnswers {
	/** Undefined: compiles stay here. */
	readonly farm: {readonly schedulerUrl: string; readonly token: Secret | undefined} | undefined;
	readonly cacheSizeBytes: number;
	readonly toolchainCacheSizeBytes: number;
	readonly path: PathChoice;
	/** Whether FEATURES=ccache, distcc and icecream are switched off. */
	readonly switchWrappers: boolean;
	/** Whether a line after each build says what came from the cache. */
	readonly reports: boolean;
	/** In the prefix, without it. */
	readonly shimFolder: string;
	/** In the prefix, without it. */
	readonly program: string;
	/** Names to link. */
	readonly compilers: readonly string[];
	/** Packages that are built without us, or with less of us, from the start. */
	readonly exclude: readonly OptOut[];
}
