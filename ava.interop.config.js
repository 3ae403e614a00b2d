export default {
	files: ['dist/test/interop/**/*.interop.js'],
	nodeArguments: ['--enable-source-maps'],
	concurrency: 1,
	timeout: '10m',
};
