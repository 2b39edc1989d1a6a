import { onWillDestroy } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { listView } from "@web/views/list/list_view";

/** Milliseconds: who comes and goes within them is shown at once. */
const DELAY = 500;
/** Milliseconds until a view that could not be reloaded is tried again. */
const RETRY_DELAY = 5000;

/**
 * A view that is loaded anew when the bus says that a visit has begun, changed or ended.
 *
 * It keeps still while somebody edits or selects records, and while nobody looks at it.
 */
export const VisitReloadMixin = (ViewController) =>
    class extends ViewController {
        setup() {
            super.setup(...arguments);
            const bus = useService("bus_service");
            const schedule = () => this.scheduleReload();
            const onVisibilityChange = () => this.isStale && this.scheduleReload();
            bus.subscribe("mobile_crm.visit", schedule);
            // What was said while the connection was lost may be forgotten by now.
            bus.addEventListener("BUS:RECONNECT", schedule);
            document.addEventListener("visibilitychange", onVisibilityChange);
            bus.start();
            onWillDestroy(() => {
                bus.unsubscribe("mobile_crm.visit", schedule);
                bus.removeEventListener("BUS:RECONNECT", schedule);
                document.removeEventListener("visibilitychange", onVisibilityChange);
                browser.clearTimeout(this.reloadTimer);
            });
        }

        get isHeld() {
            const { editedRecord, selection } = this.model.root;
            return Boolean(editedRecord || selection?.length);
        }

        /** Not put off by what follows: where people come all the time, a debounced view would never be loaded. */
        scheduleReload(delay = DELAY) {
            this.isStale = true;
            this.reloadTimer ??= browser.setTimeout(() => this.reloadVisits(), delay);
        }

        async reloadVisits() {
            if (document.visibilityState === "hidden") {
                this.reloadTimer = null;
                return;
            }
            if (this.isHeld) {
                this.reloadTimer = null;
                this.scheduleReload(RETRY_DELAY);
                return;
            }
            this.isStale = false;
            try {
                await this.model.load();
            } catch (error) {
                if (!(error instanceof ConnectionLostError)) {
                    throw error;
                }
                this.isStale = true;
            } finally {
                this.reloadTimer = null;
            }
            if (this.isStale) {
                this.scheduleReload();
            }
        }
    };

const views = registry.category("views");
views.add("mobile_crm_visit_list", {
    ...listView,
    Controller: VisitReloadMixin(listView.Controller),
});
views.add("mobile_crm_visit_kanban", {
    ...kanbanView,
    Controller: VisitReloadMixin(kanbanView.Controller),
});
