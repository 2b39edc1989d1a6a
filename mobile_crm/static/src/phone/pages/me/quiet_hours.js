import { Component, useState } from "@odoo/owl";
import { _t, locale } from "../../core/texts";

/** A Monday, by which the days are named. */
const MONDAY = new Date(2026, 0, 5);

/** Return the names of the days in the customer's language, from Monday on. */
export function dayNames(weekday = "short") {
    const format = new Intl.DateTimeFormat(locale(), { weekday });
    return [0, 1, 2, 3, 4, 5, 6].map((day) => format.format(new Date(2026, 0, MONDAY.getDate() + day)));
}

/** Asks for a span of time in which nothing reaches the customer. */
export class QuietHoursSheet extends Component {
    static template = "phone.QuietHoursSheet";
    static props = { close: Function, span: { type: [Object, { value: null }], optional: true } };

    setup() {
        const span = this.props.span || { days: [0, 1, 2, 3, 4, 5, 6], from: "22:00", to: "07:00" };
        const isAllDay = span.from === span.to;
        this.state = useState({
            days: [...span.days], isAllDay, problem: "",
            from: isAllDay ? "22:00" : span.from, to: isAllDay ? "07:00" : span.to,
        });
        const names = dayNames("long");
        this.days = dayNames().map((name, at) => ({ at, name, long: names[at] }));
    }

    toggle(day) {
        const days = this.state.days;
        this.state.days = days.includes(day) ? days.filter((other) => other !== day) : [...days, day].sort();
    }

    save() {
        const { from, to, isAllDay } = this.state;
        // Its own, for what is reactive cannot be kept.
        const days = [...this.state.days];
        if (!days.length) {
            this.state.problem = _t("Choose at least one day.");
        } else if (!isAllDay && (!from || !to)) {
            this.state.problem = _t("Say from when and until when.");
        } else {
            this.props.close(isAllDay ? { days, from: "00:00", to: "00:00" } : { days, from, to });
        }
    }
}
