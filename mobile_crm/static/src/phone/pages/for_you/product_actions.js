import { Component, useState } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { addToBasket } from "../../core/basket";
import { isFavourite, putOnList, toggleFavourite } from "../../core/lists";

/** Where to put a product: what the plus beside it leads to. */
export class ProductActions extends Component {
    static template = "phone.ProductActions";
    static components = { Icon };
    static props = { product: Object, close: Function };

    setup() {
        this.kept = useState(this.env.kept.state);
    }

    get isFavourite() {
        void this.kept.favourites;
        return isFavourite(this.env, this.props.product.id);
    }

    putOnList() {
        this.props.close();
        return putOnList(this.env, this.props.product);
    }

    addToBasket() {
        this.props.close();
        return addToBasket(this.env, { product_id: this.props.product.id });
    }

    toggleFavourite() {
        this.props.close();
        return toggleFavourite(this.env, this.props.product);
    }
}
