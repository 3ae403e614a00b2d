import {type ClientReport, mostRows} from '../../protocol/dist/client-report.js';
import type {LiveSums} from '../../protocol/live.js';
import type {CompileHistory} from '../../stats/history.js';

export type Rows = Pick<ClientReport, 'hours' | 'days'>;

export const noRows: Rows = {hours: [], days: []};

/** Which sums of the history a scheduler has been told. */
export class Told {
	readonly #sums = new Map<string, string>();

	/** What it has not been told so, the oldest first, and no more than one report takes; whether that is all. */
	untold({hours, days}: CompileHistory): {readonly rows: Rows; readonly isAll: boolean} {
		const newHours = hours.filter(row => this.#sums.get(hourName(row)) !== figures(row));
		const newDays = days
			// So long a name may be.
			.map(row => ({...row, package: row.package.slice(0, 256)}))
			.filter(row => this.#sums.get(dayName(row)) !== figures(row));
		return {
			rows: {hours: newHours.slice(0, mostRows), days: newDays.slice(0, mostRows)},
			isAll: newHours.length <= mostRows && newDays.length <= mostRows,
		};
	}

	tell({hours, days}: Rows): void {
		for (const row of hours) this.#sums.set(hourName(row), figures(row));
		for (const row of days) this.#sums.set(dayName(row), figures(row));
	}

	/** It knows nothing any more. */
	forget(): void {
		this.#sums.clear();
	}
}

const hourName = ({hour}: Rows['hours'][number]): string => String(hour);
const dayName = ({day, package: name}: Rows['days'][number]): string => `${day} ${name}`;
const figures = ({compiles, hits, remote, savedMs}: LiveSums): string =>
	`${compiles} ${hits} ${remote} ${savedMs}`;
