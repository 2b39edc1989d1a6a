import { kanbanView } from "@web/views/kanban/kanban_view";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { listView } from "@web/views/list/list_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { _t } from "@web/core/l10n/translation";
import { formatInteger } from "@web/views/fields/formatters";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";

// Milliseconds between two looks while stores are being located.
const INTERVAL = 5000;

/** How far the stores are located by their address: above the lists of stores, while some are waiting. */
export class StoreProgress extends Component {
    static template = "mobile_crm.StoreProgress";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ progress: null });
        onWillStart(() => this.look());
        onWillUnmount(() => clearTimeout(this.timer));
    }

    async look() {
        this.state.progress = await this.orm.silent.call("mobile.geocoder", "progress", []);
        clearTimeout(this.timer);
        if (this.state.progress.waiting) {
            this.timer = setTimeout(() => this.look(), INTERVAL);
        }
    }

    get located() {
        const { located, total } = this.state.progress;
        return _t("%(located)s of %(total)s stores are located.", {
            located: formatInteger(located),
            total: formatInteger(total),
        });
    }

    get remaining() {
        const seconds = this.state.progress.seconds;
        if (!seconds) {
            return "";
        }
        if (seconds < 90) {
            return _t("Ready in about a minute.");
        }
        if (seconds < 5400) {
            return _t("Ready in about %s minutes.", Math.round(seconds / 60));
        }
        if (seconds < 129600) {
            return _t("Ready in about %s hours.", Math.round(seconds / 3600));
        }
        return _t("Ready in about %s days.", Math.round(seconds / 86400));
    }

    get toCheck() {
        return _t("%s to check", formatInteger(this.state.progress.to_check));
    }

    async change(method) {
        await this.orm.call("mobile.geocoder", method, []);
        await this.look();
    }

    openToCheck() {
        return this.action.doAction("mobile_crm.mobile_store_check_action");
    }
}

class StoreListRenderer extends ListRenderer {
    static template = "mobile_crm.StoreListRenderer";
    static components = { ...ListRenderer.components, StoreProgress };
}

class StoreKanbanRenderer extends KanbanRenderer {
    static template = "mobile_crm.StoreKanbanRenderer";
    static components = { ...KanbanRenderer.components, StoreProgress };
}

registry.category("views").add("mobile_store_list", { ...listView, Renderer: StoreListRenderer });
registry.category("views").add("mobile_store_kanban", { ...kanbanView, Renderer: StoreKanbanRenderer });
