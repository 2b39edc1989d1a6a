import { Component, onMounted, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { makeList } from "../../core/lists";
import { addPage } from "../../core/router";
import { _t, compare } from "../../core/texts";
import { FavouritesPage } from "./favourites";
import { ListPage } from "./list";
import { NameSheet } from "./name_sheet";

/** The customer's shopping lists. */
class ListsPage extends Component {
    static template = "phone.ListsPage";
    static components = { Empty, Icon, Page };
    static props = ["query"];

    setup() {
        this.kept = useState(this.env.kept.state);
        onMounted(() => this.env.sync.now().catch(() => {}));
    }

    get lists() {
        return [...this.kept.lists].sort((one, other) => compare(one.name, other.name));
    }

    async make() {
        const name = await this.env.ui.sheet(_t("New list"), NameSheet, { name: "" });
        if (name) {
            const list = await makeList(this.env, name);
            this.env.router.go(`/lists/${list.id}`);
        }
    }

    summary(list) {
        const open = list.lines.filter(({ done }) => !done).length;
        return open ? _t("Still to buy: %s", open) : list.lines.length ? _t("All done") : _t("Empty");
    }
}

export function addLists() {
    addPage("/lists", ListsPage, { tab: "for-you", isPersonal: true });
    addPage("/lists/:id", ListPage, { tab: "for-you", isPersonal: true });
    addPage("/favourites", FavouritesPage, { tab: "for-you", isPersonal: true });
}
