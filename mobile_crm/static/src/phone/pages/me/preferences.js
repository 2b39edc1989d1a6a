import { Component, onMounted, useState } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { PushCard } from "../../components/invitations";
import { Page } from "../../components/page";
import { Offline } from "../../core/api";
import { _t, number } from "../../core/texts";
import { Answer, useAnswer } from "./answer";
import { Keeping } from "./keeping";
import { dayNames, QuietHoursSheet } from "./quiet_hours";

/** What can be chosen as the most messages of a week; null is no maximum. */
const MAXIMA = [null, 0, 1, 2, 3, 5, 7, 14];
const CHANNELS = ["push", "email", "sms"];

/** When, how often, where, of what and by what the customer wants to hear. */
export class PreferencesPage extends Component {
    static template = "phone.PreferencesPage";
    static components = { Answer, Icon, Page, PushCard };
    static props = ["query"];

    setup() {
        this.kept = useState(this.env.kept.state);
        this.state = useState({ status: "wait", problem: "", isStoresOpen: false, isCategoriesOpen: false });
        this.keeping = new Keeping(this.env, "preferences", "/me/preferences");
        this.stores = useAnswer("/stores", { limit: 100 }, { isPublic: true });
        this.categories = useAnswer("/categories", { limit: 100 }, { isPublic: true });
        this.channels = CHANNELS.map((name) => ({ name, label: {
            push: _t("Notifications on this phone"), email: _t("Emails"), sms: _t("Text messages"),
        }[name] }));
        onMounted(() => this.load());
    }

    /** Shaped as the answers of other pages, so that it is shown in the same way. */
    get answer() {
        return { data: this.kept.preferences, status: this.state.status, problem: this.state.problem,
                 load: () => this.load() };
    }

    get maxima() {
        const present = this.kept.preferences.max_messages_per_week;
        const all = MAXIMA.includes(present) ? MAXIMA : [...MAXIMA, present].sort((one, other) => one - other);
        return all.map((value) => ({
            value, label: value === null ? _t("As many as there are") : value === 0 ? _t("None at all") : number(value),
        }));
    }

    /** The stores to choose from: those that the phone knows, and those that were chosen before. */
    get storeChoices() {
        const known = new Map([...this.kept.stores, ...(this.stores.data?.items || [])].map((store) => [store.id, store]));
        return this.choices([...known.values()], "store_ids");
    }

    get categoryChoices() {
        const depths = new Map();
        const all = (this.categories.data?.items || []).map((category) => {
            depths.set(category.id, category.parent_id === null ? 0 : (depths.get(category.parent_id) ?? -1) + 1);
            return { ...category, depth: Math.min(depths.get(category.id), 3) };
        });
        return this.choices(all, "category_ids");
    }

    choices(items, field) {
        const chosen = this.kept.preferences[field];
        const found = items.map(({ id, name, depth = 0 }) => ({ id, name, depth, isChosen: chosen.includes(id) }));
        const unknown = chosen.filter((id) => !items.some((item) => item.id === id));
        return [...found, ...unknown.map((id) => ({ id, name: _t("One that is not shown here"), depth: 0, isChosen: true }))];
    }

    spanText({ days, from, to }) {
        const text = days.length === 7 ? _t("Every day") : days.map((day) => dayNames()[day]).join(", ");
        return from === to ? _t("%(days)s, all day", { days: text })
            : _t("%(days)s, %(from)s to %(to)s", { days: text, from: this.clock(from), to: this.clock(to) });
    }

    clock(text) {
        const [hour, minute] = text.split(":").map(Number);
        return this.env.texts.clock(new Date(2026, 0, 1, hour, minute));
    }

    async load() {
        try {
            await this.keeping.refresh();
            this.state.status = "ready";
        } catch (error) {
            Object.assign(this.state, { status: error instanceof Offline ? "offline" : "failed", problem: error.message });
        }
    }

    change(change) {
        const before = this.kept.preferences;
        const keep = (value, undo) => this.keeping.change({
            value: { ...this.kept.preferences, ...value }, body: value, label: _t("Your preferences"), undo });
        const back = Object.fromEntries(Object.keys(change).map((name) => [name, before[name]]));
        return keep(change, () => keep(back));
    }

    toggle(field, id) {
        const chosen = this.kept.preferences[field];
        const without = chosen.filter((other) => other !== id);
        return this.change({ [field]: without.length < chosen.length ? without : [...chosen, id] });
    }

    setMaximum(event) {
        return this.change({ max_messages_per_week: event.target.value === "" ? null : Number(event.target.value) });
    }

    async editSpan(at = null) {
        const spans = this.kept.preferences.quiet_hours;
        const span = await this.env.ui.sheet(_t("Quiet hours"), QuietHoursSheet, { span: at === null ? null : spans[at] });
        if (span) {
            const others = spans.map((other, index) => (index === at ? span : other));
            await this.change({ quiet_hours: at === null ? [...spans, span] : others });
        }
    }

    removeSpan(at) {
        return this.change({ quiet_hours: this.kept.preferences.quiet_hours.filter((_span, index) => index !== at) });
    }
}
