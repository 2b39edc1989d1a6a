import { Component, onWillDestroy, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime, Duration } = luxon;
/** Milliseconds: minutes are shown, so a tick more often than that would be seen by nobody. */
const TICK = 15000;

/** How long ago something was, in hours and minutes that tick. */
export class SinceField extends Component {
    static template = "mobile_crm.SinceField";
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ now: DateTime.now() });
        const timer = browser.setInterval(() => (this.state.now = DateTime.now()), TICK);
        onWillDestroy(() => browser.clearInterval(timer));
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get moment() {
        return formatDateTime(this.value);
    }

    get text() {
        // A phone's clock may be ahead of ours.
        const minutes = Math.max(0, Math.floor(this.state.now.diff(this.value, "minutes").minutes));
        const parts = minutes < 60 ? { minutes } : { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
        return minutes ? Duration.fromObject(parts).toHuman({ unitDisplay: "short" }) : _t("Just now");
    }
}

registry.category("fields").add("mobile_crm_since", {
    component: SinceField,
    displayName: _t("Since"),
    supportedTypes: ["datetime"],
});
