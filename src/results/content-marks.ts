/** What an input's content says of how steady a result is that it goes into. */
export interface ContentMarks {
	/** `__DATE__` or `__TIME__` is in it, if only in a comment. */
	readonly showsClock: boolean;
	/** `__TIMESTAMP__`: the time of the file that is compiled. */
	readonly showsFileTime: boolean;
}

export function contentMarks(content: Buffer): ContentMarks {
	return {
		showsClock: content.includes('__DATE__') || content.includes('__TIME__'),
		showsFileTime: content.includes('__TIMESTAMP__'),
	};
}
