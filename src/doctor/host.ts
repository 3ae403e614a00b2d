import type {ClientConfig} from '../config/client-config.js';
import type {Environment} from '../config/parse-variables.js';
import type {CacheStats} from '../protocol/control.js';
import type {Init} from './service.js';

/** What is examined, and with what. */
export interface Host {
	/** `/`, or a tree of which the files alone are looked at. */
	readonly root: string;
	/** Are daemons, peers and compilers tried as well? */
	readonly isLive: boolean;
	/** Of the caller: it goes before make.conf, as it does for Portage. */
	readonly env: Environment;
	/** The sccache program that the links lead to. */
	readonly program: string;
	/** Where the links are, if PATH in make.conf does not tell. */
	readonly linkFolder: string;
	readonly version: string;
	/** Told what is being done, when that takes a while. */
	readonly onStage?: (text: string) => void;
	readonly daemon: AskDaemon;
	/** Milliseconds since the epoch. */
	readonly nowMs: () => number;
	/** Of letters and digits, another each time. */
	readonly randomName: () => string;
	readonly cores: number;
	readonly memoryBytes: number;
	/** As uname -m says it. */
	readonly arch: string;
	readonly init: Init;
	/** Who asks. */
	readonly user: {readonly name: string; readonly uid: number; readonly gid: number};
}

type Where = Pick<ClientConfig, 'socketPath' | 'port'>;

/** Undefined: nobody listens. They throw AppError DAEMON_FAILED. */
export interface AskDaemon {
	readonly ping: (where: Where) => Promise<{pid: number; version: string} | undefined>;
	readonly stats: (where: Where) => Promise<CacheStats | undefined>;
}
