import { Component, onMounted, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { ProductCard } from "../../components/product_card";
import { setFavourite } from "../../core/lists";
import { _t } from "../../core/texts";

/** The products that the customer has marked. */
export class FavouritesPage extends Component {
    static template = "phone.FavouritesPage";
    static components = { Empty, Icon, Page, ProductCard };
    static props = ["query"];

    setup() {
        this.kept = useState(this.env.kept.state);
        this.state = useState({ fresh: {}, isLoading: true });
        onMounted(() => this.refresh());
    }

    /** What is kept has no stores: they are asked for, and shown where the answer comes. */
    async refresh() {
        try {
            await this.env.sync.now();
            const { items } = await this.env.api.get("/favourites", { limit: 100, ...this.env.presence.where });
            this.state.fresh = Object.fromEntries(items.map((product) => [product.id, product]));
        } catch {
            // What is kept is shown.
        }
        this.state.isLoading = false;
    }

    get products() {
        return (this.kept.favourites?.product_ids || [])
            .map((id) => this.state.fresh[id] || this.env.kept.one("products", id)).filter(Boolean);
    }

    async remove(product) {
        await setFavourite(this.env, product, false);
        this.env.ui.notice(_t("“%s” is no favourite any more.", product.name), {
            action: { label: _t("Undo"), run: () => setFavourite(this.env, product, true) } });
    }

    labelOf(product) {
        return _t("Take %s out of your favourites", product.name);
    }
}
