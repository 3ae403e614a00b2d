import type {ChildProcess} from 'node:child_process';

/** A real server of a test's own, and what a test does to it. */
export interface SharedServer {
	/** As the counters name it. */
	readonly kind: 'redis' | 's3' | 'webdav';
	readonly port: number;
	/** For daemons that are to use it. */
	readonly env: Readonly<Record<string, string>>;
	readonly process: ChildProcess;
	/** Every object that it has, by the name that it gives it. */
	objects(): Promise<ReadonlyMap<string, Buffer>>;
	/** Behind the daemons' back. */
	overwrite(name: string, bytes: Buffer): Promise<void>;
	stop(): Promise<void>;
}
