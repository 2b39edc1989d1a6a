import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { Model } from "@web/model/model";

const { DateTime } = luxon;
/** How many shades there are beside none. */
export const SHADES = 5;

/** What happened by weekday and hour: the numbers of each hour of the week, of each day and of each hour. */
export class HeatmapModel extends Model {
    setup({ resModel, fields, archInfo, measure }) {
        this.resModel = resModel;
        this.archInfo = archInfo;
        this.fields = fields;
        this.keepLast = new KeepLast();
        this.measures = archInfo.measures.filter(({ field }) => !field || field in fields);
        this.measure = this.measures.find(({ spec }) => spec === measure) || this.measures[0];
        this.cells = new Map();
    }

    async load({ domain, context }) {
        if (context.heatmap_measure !== this.favourite) {
            // Of a favourite that was just chosen.
            this.favourite = context.heatmap_measure;
            this.measure = this.measures.find(({ spec }) => spec === this.favourite) || this.measure;
        }
        const { row, col } = this.archInfo;
        const sets = [[row, col], [row], [col], []];
        const aggregates = this.measures.map(({ spec }) => spec);
        const results = await this.keepLast.add(
            this.orm.formattedReadGroupingSets(this.resModel, domain, sets, aggregates, { context })
        );
        this.cells = new Map(
            results.flat().map((group) => [this.key(group[row], group[col]), group])
        );
        const hours = results[2].map((group) => group[col]).filter(Number.isInteger);
        this.hours = hours.length
            ? Array.from({ length: Math.max(...hours) - Math.min(...hours) + 1 }, (_, i) => Math.min(...hours) + i)
            : [];
        this.hasHours = hours.length > 0;
    }

    hasData() {
        return this.hasHours;
    }

    key(weekday, hour) {
        return `${weekday ?? ""}/${hour ?? ""}`;
    }

    /** Weekdays in the order of the user's language, as { value, label, short }. */
    get weekdays() {
        const days = this.fields[this.archInfo.row].selection.map(([value, label]) => ({
            value,
            label,
            // A Monday.
            short: DateTime.fromISO("2024-01-01").plus({ days: Number(value) }).toFormat("ccc"),
        }));
        const first = localization.weekStart - 1;
        return [...days.slice(first), ...days.slice(0, first)];
    }

    hourLabel(hour) {
        return DateTime.fromObject({ hour }).toFormat(localization.timeFormat.includes("a") ? "h a" : "HH");
    }

    /** @returns the group of an hour of the week, of a day (hour undefined), an hour, or all; undefined: nothing */
    group(weekday, hour) {
        return this.cells.get(this.key(weekday, hour));
    }

    value(weekday, hour) {
        const value = this.group(weekday, hour)?.[this.measure.spec];
        // An average of nothing is not zero, a number of nothing is.
        return value || (this.measure.spec.endsWith(":avg") ? value ?? null : 0);
    }

    /** The greatest number of an hour of the week. */
    get greatest() {
        return Math.max(
            0,
            ...this.weekdays.flatMap(({ value }) => this.hours.map((hour) => this.value(value, hour) || 0))
        );
    }

    /** @returns {number} 0 for nothing, to SHADES for the greatest */
    shade(value, greatest) {
        return value > 0 ? Math.ceil((value / greatest) * SHADES) : 0;
    }

    choose(measure) {
        this.measure = measure;
        this.notify();
    }

    describe(weekday, hour, text) {
        return _t("%(weekday)s, %(hour)s: %(measure)s %(value)s", {
            weekday: weekday.label,
            hour: this.hourLabel(hour),
            measure: this.measure.label,
            value: text,
        });
    }
}
