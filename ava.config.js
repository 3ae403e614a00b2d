export default {
	files: ['dist/test/**/*.test.js'],
	nodeArguments: ['--enable-source-maps'],
	timeout: '5m',
	// Threads share descriptors: one that writes a program while another starts one makes it busy (ETXTBSY).
	workerThreads: false,
	// Most of the time they wait: for servers, deadlines and clocks.
	concurrency: 3,
};
