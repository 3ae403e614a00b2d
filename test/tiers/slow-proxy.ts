import {connect, createServer, type Socket} from 'node:net';

/** TCP to a port of this host, as fast or slow as the test wants it. */
export interface SlowProxy {
	readonly port: number;
	/** What comes back from now on comes so much later. */
	delay(ms: number): void;
	close(): Promise<void>;
}

export async function startProxy(target: number): Promise<SlowProxy> {
	let delayMs = 0;
	const open = new Set<Socket>();
	const server = createServer(near => {
		const far = connect(target, '127.0.0.1');
		for (const socket of [near, far]) {
			open.add(socket);
			socket.on('error', () => {});
			socket.once('close', () => {
				open.delete(socket);
				near.destroy();
				far.destroy();
			});
		}
		near.pipe(far);
		far.on('data', chunk => {
			setTimeout(() => {
				if (near.writable) near.write(chunk);
			}, delayMs);
		});
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const {port} = server.address() as {port: number};
	return {
		port,
		delay: ms => {
			delayMs = ms;
		},
		close: async () => {
			for (const socket of open) socket.destroy();
			await new Promise(resolve => server.close(resolve));
		},
	};
}
