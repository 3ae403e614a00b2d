/** Freezes a plain value and all that it holds. */
export function deepFreeze<Value>(value: Value): Value {
	if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
		Object.freeze(value);
		Object.values(value).map(deepFreeze);
	}
	return value;
}
