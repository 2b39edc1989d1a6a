import { Component } from "@odoo/owl";
import { formatFloat } from "@web/core/utils/numbers";
import { registry } from "@web/core/registry";
import { SHADES } from "./heatmap_model";

/** A table of the week: hours across and days down; on a phone, where that would not fit, days across. */
export class HeatmapRenderer extends Component {
    static template = "mobile_crm.HeatmapRenderer";
    static props = { model: Object, openGroup: Function };

    get isUpright() {
        return this.env.isSmall;
    }

    get days() {
        return this.props.model.weekdays.map((day) => ({
            weekday: day,
            label: day.label,
            short: this.env.isSmall ? day.short : day.label,
        }));
    }

    get hours() {
        const { model } = this.props;
        return model.hours.map((hour) => {
            const label = model.hourLabel(hour);
            return { hour, label, short: label };
        });
    }

    get rows() {
        return this.isUpright ? this.hours : this.days;
    }

    get columns() {
        return this.isUpright ? this.days : this.hours;
    }

    get shades() {
        return Array.from({ length: SHADES + 1 }, (_, shade) => shade);
    }

    format(value) {
        if (value === null || value === undefined) {
            return "–";
        }
        const { widget } = this.props.model.measure;
        return widget
            ? registry.category("formatters").get(widget)(value)
            : formatFloat(value, { digits: [16, 0] });
    }

    /** Of a row and a column: what the table says where they meet. */
    cellOf(row, column, greatest) {
        const { weekday, hour } = { ...row, ...column };
        const { model } = this.props;
        const value = model.value(weekday.value, hour);
        const text = this.format(value);
        return {
            text,
            shade: model.shade(value, greatest),
            group: model.group(weekday.value, hour),
            description: model.describe(weekday, hour, text),
        };
    }

    total(header) {
        const { model } = this.props;
        return this.format(header ? model.value(header.weekday?.value, header.hour) : model.value());
    }
}
