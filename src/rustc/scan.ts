/** What a Rust source says that its dependency file does not. */
export interface RustScan {
	/** `#[link(kind = "static")]`: a library comes in that no argument names. */
	readonly linksByAttribute: boolean;
}

/** Rather too often than not at all: comments and strings count too. */
export function scanRust(bytes: Buffer): RustScan {
	const text = bytes.toString('latin1');
	return {linksByAttribute: /\bkind\s*=\s*"(?:static|raw-dylib|framework)/.test(text)};
}
