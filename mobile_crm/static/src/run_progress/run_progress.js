import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { formatInteger } from "@web/views/fields/formatters";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { useService } from "@web/core/utils/hooks";
import { Component, onWillStart, onWillUnmount, onWillUpdateProps, useState } from "@odoo/owl";

// Milliseconds between two looks while a run is at work, and while it waits.
const INTERVAL = 2000;
const IDLE_INTERVAL = 15000;

/** How far a campaign is on its way through many customers: above its form, while there is something to tell. */
export class RunProgress extends Component {
    static template = "mobile_crm.RunProgress";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({ run: null });
        onWillStart(() => this.look());
        // The form was saved, or shows another campaign.
        onWillUpdateProps((props) => this.look(props));
        onWillUnmount(() => {
            this.isGone = true;
            clearTimeout(this.timer);
        });
    }

    async look(props = this.props) {
        clearTimeout(this.timer);
        const { resId } = props.record;
        const before = this.state.run;
        const run = resId
            ? await this.orm.silent.call("mobile.campaign.run", "progress", [resId])
            : null;
        if (this.isGone) {
            return;
        }
        this.state.run = run;
        if (before && run && before.id === run.id && before.state !== run.state && !run.is_open) {
            // The figures on the form are those of a while ago.
            await props.record.load();
        }
        if (run?.is_open) {
            const interval = run.state === "running" ? INTERVAL : IDLE_INTERVAL;
            this.timer = setTimeout(() => this.look(), interval);
        }
    }

    get width() {
        const { asked, total } = this.state.run;
        return total ? Math.min(100, (100 * asked) / total) : 0;
    }

    get counted() {
        const { asked, total } = this.state.run;
        return _t("%(asked)s of %(total)s customers", {
            asked: formatInteger(asked),
            total: formatInteger(total),
        });
    }

    get outcome() {
        const { sent, withheld } = this.state.run;
        return _t("%(sent)s sent, %(withheld)s withheld", {
            sent: formatInteger(sent),
            withheld: formatInteger(withheld),
        });
    }

    get remaining() {
        const { state, seconds_left: seconds } = this.state.run;
        if (state !== "running" || !seconds) {
            return "";
        }
        if (seconds < 90) {
            return _t("Done in about a minute.");
        }
        if (seconds < 5400) {
            return _t("Done in about %s minutes.", Math.round(seconds / 60));
        }
        return _t("Done in about %s hours.", Math.round(seconds / 3600));
    }

    async change(method) {
        await this.orm.call("mobile.campaign.run", method, [[this.state.run.id]]);
        await this.look();
    }

    cancel() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Cancel the run?"),
            body: _t(
                "Who has the offer keeps it. Nobody else gets it by this run, and it does not start again."
            ),
            confirmLabel: _t("Cancel the Run"),
            cancelLabel: _t("Go On"),
            confirm: () => this.change("action_cancel"),
            cancel: () => {},
        });
    }

    openRun() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "mobile.campaign.run",
            res_id: this.state.run.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("mobile_run_progress", { component: RunProgress });
